"""The doctor tells what it has tried, and does not believe what should be in force."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutor import headless
from tutor.content.model import Limits
from tutor.evaluator.client import Evaluator
from tutor.evaluator.confine.attempts import ATTEMPTS
from tutor.evaluator.confine.doctor import examine, report_json, report_text
from tutor.evaluator.confine.policy import LAYERS
from tutor.evaluator.outcome import Grade, Outcome, Verdict
from tutor.paths import Folders
from tutor.text.messages import keys


class Unconfined:
    """An evaluator that says all is well, and lets everything through."""

    grade: Grade | None = Grade.FULL
    layers = frozenset(LAYERS)
    landlock_abi = 7

    def __init__(self, *, starts: bool = True) -> None:
        self._starts = starts

    async def start(self) -> None:
        """Nothing to start."""

    async def ready(self) -> bool:
        return self._starts

    async def run(self, source: str, *, limits: Limits | None = None) -> Verdict:
        names: dict[str, object] = {}
        settings = source.partition("TOKEN = ''.join(TOKEN)")
        if settings[1]:
            exec(settings[0] + settings[1], names)
        return Verdict(Outcome.PASSED, "ran", output=str(names.get("TOKEN", '["2.0", 3]')))


@pytest.mark.slow
async def test_here_everything_is_blocked_and_said_so(tmp_path: Path) -> None:
    evaluator = Evaluator()
    try:
        report = await examine(evaluator, Folders.under(tmp_path))
    finally:
        await evaluator.close()
    assert {attempt.name: attempt.how for attempt in report.tried if not attempt.blocked} == {}
    assert not report.leaks
    assert (report.grade, report.missing, report.torch_threads) == (Grade.FULL, (), 1)
    assert "NOT BLOCKED" not in report_text(report)
    assert not list(Path.home().glob(".tutor-doctor-*"))


async def test_what_gets_through_is_told_whatever_the_grade_says(tmp_path: Path) -> None:
    report = await examine(Unconfined(), Folders.under(tmp_path))
    assert report.leaks
    assert all(not attempt.blocked for attempt in report.tried)
    assert report_text(report).count("NOT BLOCKED") == len(ATTEMPTS)


async def test_no_program_is_shown_its_token(tmp_path: Path) -> None:
    # A traceback shows the line that failed: a token in it would look like a way through.
    seen: list[str] = []

    class Failing(Unconfined):
        async def run(self, source: str, *, limits: Limits | None = None) -> Verdict:
            seen.append(source)
            return Verdict(Outcome.BLOCKED, "no", output=source, original="[Errno 1]")

    report = await examine(Failing(), Folders.under(tmp_path))
    told = {a.name for a in report.tried if not a.blocked}
    assert told == {"memory", "time"}  # their proof is the outcome


async def test_an_evaluator_that_does_not_start_is_told(tmp_path: Path) -> None:
    report = await examine(Unconfined(starts=False), Folders.under(tmp_path))
    assert (report.grade, report.tried) == (None, ())
    assert "did not start" in report_text(report)


async def test_the_data_says_what_the_text_says(tmp_path: Path) -> None:
    report = await examine(Unconfined(), Folders.under(tmp_path))
    data = json.loads(report_json(report))
    assert data["grade"] == "full"
    assert data["leaks"] is True
    assert [attempt["name"] for attempt in data["tried"]] == list(ATTEMPTS)
    assert data["places"]["progress"] == str(Folders.under(tmp_path).progress)


def test_every_attempt_and_grade_has_its_words() -> None:
    known = keys("doctor")
    assert {f"doctor.probe.{name}" for name in ATTEMPTS} <= known
    assert {f"doctor.grade.{grade}" for grade in Grade} <= known
    assert {f"doctor.layer.{layer}" for layer in LAYERS} <= known


@pytest.mark.parametrize("starts", [True, False])
def test_a_leak_or_no_evaluator_at_all_is_told_by_the_exit_code_too(
    starts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Poor(Unconfined):
        place = None

        def __init__(self, **_: object) -> None:
            super().__init__(starts=starts)

        async def close(self) -> None:
            """Nothing to end."""

    monkeypatch.setattr(headless, "Evaluator", Poor)
    assert headless.doctor(Folders.under(tmp_path), as_json=False) == headless.OUR_FAULT
