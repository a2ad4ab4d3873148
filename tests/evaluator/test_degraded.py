"""Where the kernel has less, the evaluator runs all the same and says truthfully what is missing.

The zygote of each test is told, before anything else, that this kernel lacks something.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from tests.evaluator.exercises import RESHAPE
from tutor.cli import cli
from tutor.evaluator import zygote_process
from tutor.evaluator.client import Evaluator
from tutor.evaluator.confine.doctor import examine, report_text
from tutor.evaluator.confine.policy import LAYERS
from tutor.evaluator.outcome import Grade, Outcome
from tutor.paths import Folders

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's"),
]


class Lack(NamedTuple):
    """What is taken away, and what must then be said."""

    code: str  # in the zygote, before it starts
    grade: Grade
    missing: tuple[str, ...] = ()
    open: frozenset[str] = frozenset()  # the doctor's attempts that get through


_CONFINE = "from tutor.evaluator.confine import"
_NO_LANDLOCK = f"{_CONFINE} landlock; landlock.abi = lambda: 0"
_NO_SECCOMP = f"{_CONFINE} seccomp; seccomp.available = lambda: False"
_READING = frozenset({"read_home", "list_home", "read_progress"})

LACKS = {
    "landlock-of-linux-5.13": Lack(f"{_CONFINE} landlock; landlock.abi = lambda: 1", Grade.STRONG),
    "no-landlock": Lack(_NO_LANDLOCK, Grade.PARTIAL, ("landlock",), _READING),
    "no-seccomp": Lack(_NO_SECCOMP, Grade.BASIC, ("seccomp",), frozenset({"udp", "fork"})),
    "neither": Lack(
        f"{_NO_LANDLOCK}; {_NO_SECCOMP}",
        Grade.BASIC,
        ("landlock", "seccomp"),
        _READING | {"write_outside", "tcp", "udp", "unix", "fork", "exec", "signal"},
    ),
    "no-table-for-this-machine": Lack(
        "import platform; platform.machine = lambda: 'riscv64'", Grade.BASIC, ("seccomp",)
    ),
    "no-pidfd": Lack("import os; del os.pidfd_open", Grade.FULL),
    "no-proc-to-measure-from": Lack(
        f"{_CONFINE} limits; limits.measure = lambda: limits.Base(0, 0)",
        Grade.MINIMAL,
        ("limits",),
        frozenset({"memory"}),
    ),
}


def lacking(lack: Lack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every zygote started from here on lacks it."""
    start = subprocess.Popen

    def popen(command: list[str], **options: Any) -> Any:
        at = command.index("-c") + 1
        before, import_, after = command[at].partition("from tutor.evaluator.zygote import")
        assert import_
        code = f"{before}{lack.code}; {import_}{after}"
        return start([*command[:at], code, *command[at + 1 :]], **options)

    monkeypatch.setattr(zygote_process.subprocess, "Popen", popen)


@contextlib.asynccontextmanager
async def evaluator_of(strict: Grade | None = None) -> AsyncIterator[Evaluator]:
    """An evaluator of its own."""
    evaluator = Evaluator(strict=strict)
    await evaluator.start()
    assert await evaluator.ready()
    try:
        yield evaluator
    finally:
        await evaluator.close()


@pytest.mark.parametrize("name", LACKS)
async def test_it_runs_all_the_same_and_says_what_is_missing(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lack = LACKS[name]
    lacking(lack, monkeypatch)
    async with evaluator_of() as evaluator:
        right = await evaluator.check(RESHAPE, RESHAPE.solutions[0])
        assert (right.outcome, right.sandbox) == (Outcome.PASSED, lack.grade)
        wrong = await evaluator.check(RESHAPE, RESHAPE.misconceptions[0].code)
        assert wrong.outcome is not Outcome.PASSED
        loop = await evaluator.run("while True: pass", limits=RESHAPE.limits)
        assert loop.outcome is Outcome.TIMEOUT
        report = await examine(evaluator, Folders.under(tmp_path))
    assert report.grade is lack.grade
    assert report.missing == lack.missing
    got_through = {attempt.name for attempt in report.tried if not attempt.blocked}
    assert got_through >= lack.open
    assert not report.leaks  # the grade has promised nothing of the kind
    text = report_text(report)
    told = text.count("NOT BLOCKED") - text.count("NOT BLOCKED above")  # that one explains
    assert told == len(got_through)
    assert all(layer in text.partition("Not in force here")[2] for layer in lack.missing)


async def test_without_landlock_not_even_an_exercise_with_files_can_change_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lacking(LACKS["no-landlock"], monkeypatch)
    mine = tmp_path / "mine"
    mine.write_text("kept")
    async with evaluator_of() as evaluator:
        for code in (f"open({str(mine)!r}, 'w')", f"import os\nos.unlink({str(mine)!r})"):
            verdict = await evaluator.run(code, files=True)
            assert verdict.outcome is Outcome.BLOCKED
    assert mine.read_text() == "kept"


@pytest.mark.parametrize("name", ["no-landlock", "no-seccomp"])
async def test_strict_runs_nothing_below_its_grade(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lack = LACKS[name]
    lacking(lack, monkeypatch)
    async with evaluator_of(strict=Grade.FULL) as evaluator:
        refused = await evaluator.check(RESHAPE, RESHAPE.solutions[0])
        assert (refused.outcome, refused.sandbox) == (Outcome.INTERNAL, lack.grade)
    async with evaluator_of(strict=lack.grade) as evaluator:
        assert (await evaluator.check(RESHAPE, RESHAPE.solutions[0])).passed


def test_strict_on_the_command_line_says_why_and_ends_with_3(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lacking(LACKS["no-landlock"], monkeypatch)
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path))
    program = tmp_path / "program.py"
    program.write_text("print('it ran')\n")
    refused = CliRunner().invoke(cli, ["--strict", "full", "run", str(program)])
    assert refused.exit_code == 3
    assert "it ran" not in refused.output
    assert "'partial'" in refused.output
    assert "tutor doctor" in refused.output
    allowed = CliRunner().invoke(cli, ["--strict", "partial", "run", str(program)])
    assert (allowed.exit_code, allowed.output.strip()) == (0, "it ran")


def test_the_doctor_on_the_command_line_tells_it_as_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lacking(LACKS["no-seccomp"], monkeypatch)
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path))
    done = CliRunner().invoke(cli, ["doctor", "--json"])
    told = json.loads(done.output)
    assert (done.exit_code, told["grade"], told["missing"]) == (0, "basic", ["seccomp"])


def test_what_is_taken_away_here_is_a_layer() -> None:
    assert {layer for lack in LACKS.values() for layer in lack.missing} <= set(LAYERS)
