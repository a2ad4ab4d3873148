"""The proofs over a pretended evaluator: what is slow, what lives, what is our own fault."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tutor.content.loader import load_course
from tutor.content.model import Exercise, Fix
from tutor.content.proofs.course import Report, Scope, prove
from tutor.content.proofs.handed import Tools
from tutor.evaluator.outcome import Margins, Near, Outcome, Verdict
from tutor.study.grading import grade

SOUND = Path(__file__).parent / "sound"
LESSON = SOUND / "lessons" / "rows" / "01-centring.yaml"
PASSED = Verdict(Outcome.PASSED, "Passed.", ms=40)


class Pretended:
    """Answers at once, as a sound course would be answered, but for what a test changes."""

    def __init__(self, **changes: Verdict) -> None:
        self.changes = changes
        self.margin: Margins | None = Margins({}, ())
        self.running = self.most = 0

    async def check(
        self, item: Exercise | Fix, source: str, *, seed: int | None = None, alone: bool = True
    ) -> Verdict:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        assert not alone
        assert isinstance(item, Exercise)
        kind = self.kind(item, source)
        if kind in self.changes:
            return self.changes[kind]
        if kind == "solution":
            return PASSED
        for mistake in item.misconceptions:
            if mistake.code == source:
                return self.refused(item, misconception=mistake.id, message=mistake.say)
        if kind == "starter":
            return Verdict(Outcome.NOT_ATTEMPTED, "Nothing yet.")
        return self.refused(item)

    def kind(self, item: Exercise, source: str) -> str:
        whole = load()  # what is put on trial may lack what only diagnosis needs
        known = {"starter": [item.starter], "solution": whole.solutions}
        known["listed"] = [one.code for one in (*whole.misconceptions, *whole.wrong)]
        known["empty"] = ["def centre(x):\n    pass\n"]
        return next((kind for kind, codes in known.items() if source in codes), "slip")

    def refused(self, item: Exercise, **more: Any) -> Verdict:
        names = (*(probe.name for probe in item.probes), "forbid_nodes")
        verdict = Verdict(Outcome.WRONG, "No.", probe=names[0], failed=names)
        return msgspec.structs.replace(verdict, **more)

    async def run(self, source: str, *, alone: bool = True) -> Verdict:
        if "json" in source:
            return Verdict(Outcome.PASSED, "", output='[[true, "3.0"], [true, "0.66666"]]\n')
        return Verdict(Outcome.PASSED, "", output="tensor([-2., -1.,  3.])\n")

    async def margins(self, item: Exercise, *, seed: int) -> tuple[Margins | None, Verdict]:
        return self.margin, PASSED if self.margin else Verdict(Outcome.TIMEOUT, "Too long.")


def load() -> Exercise:
    return load_course(SOUND).exercise("R1.a")


async def proved(client: Pretended, jobs: int = 2) -> Report:
    return await prove(
        load_course(SOUND), Tools(client, grade), Scope(frozenset([LESSON])), jobs=jobs
    )


async def test_the_pretended_evaluator_finds_the_sound_course_sound() -> None:
    report = await proved(Pretended())
    assert report.findings == report.warnings == ()


@pytest.mark.parametrize("jobs", [1, 3])
async def test_no_more_run_at_a_time_than_was_asked_for(jobs: int) -> None:
    client = Pretended()
    await proved(client, jobs)
    assert client.most == jobs


@pytest.mark.parametrize(("ms", "notes", "refused"), [(1900, 0, 0), (2100, 1, 0), (11_000, 0, 1)])
async def test_a_slow_pass_is_noted_and_only_a_very_slow_one_refused(
    ms: int, notes: int, refused: int
) -> None:
    report = await proved(Pretended(solution=msgspec.structs.replace(PASSED, ms=ms)))
    assert [one.rule for one in report.warnings] == ["time"] * notes
    assert [one.rule for one in report.findings] == ["time"] * refused


async def test_a_fault_of_ours_is_told_and_is_no_refusal() -> None:
    broken = Verdict(Outcome.INTERNAL, "Our fault.", probe="values", original="probe 'values': no")
    report = await proved(Pretended(listed=broken))
    assert [one.rule for one in report.findings] == ["internal"]
    assert "the check itself fails in probe 'values'" in report.findings[0].message


async def test_slips_that_live_are_listed_with_their_edits() -> None:
    report = await proved(Pretended(slip=PASSED))
    tally = report.tallies["R1.a"]
    assert (tally.mutants, tally.killed, len(tally.survivors)) == (8, 0, 8)
    (finding,) = report.findings
    assert finding.rule == "mutation"
    assert all(edit in finding.message for edit in tally.survivors)


async def test_tolerances_are_held_away_from_rounding_and_from_what_is_wrong() -> None:
    client = Pretended()
    near = (Near("misconceptions", 1, 3.0), Near("wrong", 0, 0.5), Near("wrong", 1, 1e9))
    client.margin = Margins({"values": 0.2, "leaves x alone": 0.05}, near)
    told = [(one.rule, one.message) for one in (await proved(client)).findings]
    assert [rule for rule, _ in told] == ["tolerance", "tolerance"]
    assert "this wrong answer is only 3 times further off" in told[0][1]
    assert "rounding alone comes to 0.2" in told[1][1]


async def test_tolerances_that_cannot_be_measured_are_told() -> None:
    client = Pretended()
    client.margin = None
    (finding,) = (await proved(client)).findings
    assert finding.rule == "tolerance"
    assert "cannot be measured: timeout: Too long." in finding.message


async def test_a_starter_that_counts_as_an_attempt_is_refused() -> None:
    (finding,) = (await proved(Pretended(starter=PASSED))).findings
    assert finding.rule == "starter"
    assert "must count as not attempted; it is told: passed" in finding.message


class Late(Pretended):
    """A machine that is too busy the first time."""

    async def check(self, item: Exercise | Fix, source: str, **how: Any) -> Verdict:
        verdict = await super().check(item, source, **how)
        if item.limits.seconds <= 5 and source in load().solutions:
            return Verdict(Outcome.TIMEOUT, "Too long.", ms=5000)
        return verdict


async def test_a_busy_machine_refuses_no_solution() -> None:
    assert (await proved(Late())).findings == ()


@pytest.mark.parametrize("seeds", [3, 20])
async def test_solutions_pass_under_as_many_seeds_as_are_asked_for(seeds: int) -> None:
    report = await prove(
        load_course(SOUND),
        Tools(Pretended(), grade),
        Scope(item="rows.centre-columns"),
        seeds=seeds,
    )
    assert report.findings == ()
    assert len(report.tallies["R1.a"].ms) == 2 * seeds
