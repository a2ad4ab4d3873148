"""``tutor validate``, ``new`` and ``schema`` as an author meets them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tutor.content.loader import load_course

SOUND = Path(__file__).parent / "sound"
LESSON = "lessons/rows/01-centring.yaml"
QUIZ = "quizzes/rows/01-centring.yaml"

pytestmark = pytest.mark.slow  # a cold start each


def tutor(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(path for path in sys.path if path)
    return subprocess.run(
        [sys.executable, "-m", "tutor", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": paths},
    )


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tmp_path / "course"
    shutil.copytree(SOUND, root)
    return root


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_a_sound_course_is_proved_and_says_how(course: Path) -> None:
    done = tutor("validate", course)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("Proved: ")
    assert "8 slips tried, 8 refused (100.0%)" in done.stdout
    assert "Proving" in done.stderr


def test_what_is_wrong_is_told_at_its_line_as_short_as_can_be(course: Path) -> None:
    spoil(course / LESSON, "-2., -1.,  3.", "-2., -1.,  4.")
    done = tutor("validate", "lessons", cwd=course)
    assert done.returncode == 1
    first = done.stdout.splitlines()[0]
    assert first.startswith(f"{LESSON}:21:9: R1: stored is not what runs")
    assert "1 thing is not proved" in done.stdout


def test_findings_as_data(course: Path) -> None:
    spoil(course / QUIZ, 'answer: "(3,)"', 'answer: "(4,)"')
    done = tutor("--course", course, "validate", "--json")
    assert done.returncode == 1
    data = json.loads(done.stdout)
    (finding,) = data["findings"]
    assert set(finding) == {"rule", "file", "line", "column", "item", "message"}
    assert finding["file"] == str(course / QUIZ)
    assert (finding["rule"], finding["line"], finding["item"]) == ("shape", 19, "R1.q2")
    totals = data["totals"]
    assert totals["killed"] == totals["mutants"] == 8
    assert totals["survivors"] == {}
    assert set(totals["exercises"]) == {"R1.a", "R1.q5"}
    assert totals["seconds"] > 0


def test_a_file_alone_is_proved_alone(course: Path) -> None:
    spoil(course / QUIZ, 'answer: "(3,)"', 'answer: "(4,)"')
    assert tutor("validate", course / LESSON).returncode == 0
    assert tutor("validate", course / QUIZ).returncode == 1


def test_an_item_alone_is_proved_alone(course: Path) -> None:
    spoil(course / QUIZ, 'answer: "(3,)"', 'answer: "(4,)"')
    assert tutor("--course", course, "validate", "R1.a").returncode == 0
    done = tutor("--course", course, "validate", "rows.centring.shape")
    assert done.returncode == 1
    assert "R1.q2" in done.stdout
    unknown = tutor("--course", course, "validate", "R1.b")
    assert unknown.returncode == 2
    assert "did you mean 'R1.a'?" in unknown.stderr


def test_stored_values_are_refreshed_and_then_proved(course: Path) -> None:
    before = {name: (course / name).read_text() for name in (LESSON, QUIZ)}
    spoil(course / LESSON, "-2., -1.,  3.", "0.")
    spoil(course / LESSON, "2 / 3 = 0.667", "2 / 3 = 0.123")
    spoil(course / LESSON, ".mean() = 3.0", ".mean() = 3.1")
    spoil(course / QUIZ, 'answer: "(3,)"', 'answer: "(4,)"')
    spoil(course / QUIZ, "answer: 3\n    key: sum", "answer: 4\n    key: sum")
    spoil(course / QUIZ, 'output: "1.0"', 'output: "2.5"')
    spoil(course / QUIZ, "      9\n", "      8\n")
    done = tutor("validate", course, "--write")
    assert done.returncode == 0, done.stdout
    assert "7 stored values refreshed" in done.stderr
    assert {name: (course / name).read_text() for name in (LESSON, QUIZ)} == before


def test_a_path_outside_a_course_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("id: a\n")
    done = tutor("validate", tmp_path / "a.yaml")
    assert done.returncode == 2
    assert "expected lessons/<unit>/<name>.yaml" in done.stderr
    assert tutor("validate", tmp_path / "none.yaml").returncode == 2


def test_no_folder_can_be_taken_for_a_course_by_mistake(course: Path) -> None:
    (course / "lessons" / "empty").mkdir()
    done = tutor("validate", course / "lessons" / "empty")
    assert done.returncode == 2
    assert "no lesson or quiz" in done.stderr


def test_a_new_lesson_loads_and_says_what_it_lacks(course: Path) -> None:
    done = tutor("--course", course, "new", "lesson", "rows.scaling-up")
    assert done.returncode == 0, done.stderr
    assert f"{course}/lessons/rows/02-scaling-up.yaml:1" in done.stdout
    assert done.stdout.count("still to be written: ") == 3
    entry = load_course(course).entry("R2")
    assert (entry.id, entry.title, entry.problems) == ("rows.scaling-up", "Scaling up", ())


def test_new_parts_are_proved_as_far_as_they_go(course: Path) -> None:
    for kind, name in (("lesson", "rows.scaling"), ("exercise", "R2.scale"), ("quiz", "R2")):
        done = tutor("--course", course, "new", kind, name)
        assert done.returncode == 0, done.stderr
    for file in ("lessons/rows/02-scaling.yaml", "quizzes/rows/02-scaling.yaml"):
        data = json.loads(tutor("validate", "--json", course / file).stdout)
        assert data["findings"]
        left = [one for one in data["findings"] if one["rule"] != "unfinished"]
        assert [one["rule"] for one in left] == (["solution"] if "lessons" in file else [])


def test_a_new_exercise_goes_beneath_what_is_there(course: Path) -> None:
    before = (course / LESSON).read_text()
    assert tutor("--course", course, "new", "exercise", "R1.again").returncode == 0
    text = (course / LESSON).read_text()
    assert text.startswith(before)
    assert load_course(course).exercise("R1.b").id == "rows.again"


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("lesson", "rows.centring", "'rows.centring' is taken already"),
        ("lesson", "columns.centring", "There is no unit 'columns'"),
        ("lesson", "rows.Centring", "expected lower-case words"),
        ("quiz", "R1", "exists already; nothing was written"),
        ("quiz", "R7", "There is no lesson 'R7'"),
        ("exercise", "R1.centre-columns", "'rows.centre-columns' is taken already"),
        ("exercise", "R7.more", "There is no lesson 'R7'"),
    ],
)
def test_nothing_is_ever_written_over(course: Path, kind: str, name: str, says: str) -> None:
    before = {path: path.read_bytes() for path in course.rglob("*.yaml")}
    done = tutor("--course", course, "new", kind, name)
    assert done.returncode == 2
    assert says in done.stderr
    assert {path: path.read_bytes() for path in course.rglob("*.yaml")} == before


@pytest.mark.parametrize("kind", ["lesson", "quiz", "course", "misconceptions"])
def test_the_schema_of_each_kind_of_file(kind: str) -> None:
    done = tutor("schema", kind)
    assert done.returncode == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(done.stdout))
    if kind == "lesson":
        assert tutor("schema").stdout == done.stdout
