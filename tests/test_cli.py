"""The command line as other programs meet it: JSON, exit codes, sentences instead of tracebacks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.paths import default_course_root

KEYS = {
    "id", "outcome", "probe", "misconception", "message", "line", "output", "ms", "sandbox",
}  # fmt: skip
COPIES = (
    "import torch\n\ndef my_reshape(x, shape):\n    return x.clone().contiguous().view(shape)\n"
)
RIGHT = (
    "def my_reshape(x, shape):\n    try:\n        return x.view(shape)\n"
    "    except RuntimeError:\n        return x.contiguous().view(shape)\n"
)


def tutor(*words: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tutor", *words],
        input=stdin,
        capture_output=True,
        text=True,
        env=os.environ | env,
        timeout=300,
    )


def test_check_names_the_misconception_and_its_sentence() -> None:
    done = tutor("check", "T4.b", "-", "--json", stdin=COPIES)
    verdict = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert set(verdict) == KEYS
    assert verdict["id"] == "tensors.my-reshape"
    assert (verdict["outcome"], verdict["misconception"]) == ("wrong", "reshape-copies")
    assert verdict["message"] == "A view was possible here, but you copied."


def test_check_passes_a_right_answer_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "solution.py"
    file.write_text(RIGHT)
    done = tutor("check", "t4.b", str(file))
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout


def test_an_unknown_id_is_a_usage_error_with_a_suggestion() -> None:
    done = tutor("check", "T4.bb", "-", stdin="")
    assert done.returncode == 2
    assert "T4.b" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_question_is_not_code_to_check() -> None:
    done = tutor("check", "T4.q1", "-", stdin="x = 1")
    assert done.returncode == 2
    assert "output" in done.stderr


def test_run_streams_and_tells_the_outcome() -> None:
    done = tutor("run", "-", stdin="print('hello')")
    assert (done.returncode, done.stdout) == (0, "hello\n")
    data = json.loads(tutor("run", "-", "--json", stdin="1/0").stdout)
    assert set(data) == {"outcome", "message", "line", "output", "ms", "sandbox"}
    assert (data["outcome"], data["line"]) == ("error", 1)


def test_grade_gives_a_line_each_in_path_order(tmp_path: Path) -> None:
    for name, code in (("T4.b/one.py", RIGHT), ("T4.b/two.py", COPIES), ("T4.c/three.py", "x")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(code)
    done = tutor("grade", str(tmp_path))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1, done.stderr
    assert [line["path"] for line in lines] == ["T4.b/one.py", "T4.b/two.py", "T4.c/three.py"]
    assert [line["outcome"] for line in lines] == ["passed", "wrong", "error"]
    assert set(lines[0]) == KEYS | {"path"}


def test_grade_of_an_unknown_folder_name_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "nonsense").mkdir()
    (tmp_path / "nonsense" / "a.py").write_text("x = 1")
    assert tutor("grade", str(tmp_path)).returncode == 2


def test_list_as_data_has_ids_and_aliases() -> None:
    data = json.loads(tutor("list", "--json").stdout)
    assert set(data) == {"units", "lessons", "exercises", "questions"}
    aliases = {item["alias"] for kind in data.values() for item in kind}
    assert {"T", "T1", "T4.b", "T4.q8"} <= aliases
    assert all("id" in item for kind in data.values() for item in kind)


def test_the_app_without_a_terminal_says_so() -> None:
    done = tutor()
    assert done.returncode == 2
    assert "terminal" in done.stderr


def test_where_names_every_place(tmp_path: Path) -> None:
    data = json.loads(tutor("where", "--json", TUTOR_HOME=str(tmp_path)).stdout)
    assert data["progress"].startswith(str(tmp_path))
    assert set(data) == {"progress", "settings", "log", "course"}


def test_doctor_finds_nothing_open() -> None:
    done = tutor("doctor", "--json")
    assert done.returncode == 0, done.stderr
    assert "NOT BLOCKED" not in tutor("doctor").stdout


@pytest.mark.parametrize(
    "command",
    ["check", "list", "grade", "run", "drill", "validate", "new", "schema", "doctor", "where"],
)
def test_every_command_has_help(command: str) -> None:
    done = tutor(command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_a_broken_lesson_is_told_with_its_place_and_the_rest_works(tmp_path: Path) -> None:
    for folder in ("lessons", "quizzes"):
        shutil.copytree(default_course_root() / folder, tmp_path / folder)
    broken = tmp_path / "lessons" / "tensors" / "02-indexing.yaml"
    text = broken.read_text()
    broken.write_text(text.replace("minutes:", "minuts:", 1))
    line = text[: text.index("minutes:")].count("\n") + 1
    done = tutor("--course", str(tmp_path), "list")
    assert done.returncode == 1
    assert f"02-indexing.yaml:{line}:1:" in done.stderr
    assert "minutes" in done.stderr
    assert tutor("--course", str(tmp_path), "check", "T4.b", "-", stdin=RIGHT).returncode == 0
