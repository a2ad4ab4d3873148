"""What every proof works at: the evaluator that was handed in, the course, and what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from tutor.content.course import Course
from tutor.content.model import Exercise, Fix
from tutor.content.proofs.found import Finding, Fresh, Tally
from tutor.content.proofs.handed import Margins, Tools, Verdict
from tutor.content.source import Problem, Trail, open_source
from tutor.text.messages import say

INTERNAL, TIMEOUT = "internal", "timeout"
_PATIENCE = 30.0  # seconds
# A verdict's own sentence is quoted in a finding, on the finding's one line.
_QUOTED = 240


class Bench:
    """Runs what proofs ask for, a few at a time, and gathers what they find."""

    def __init__(
        self,
        course: Course,
        tools: Tools,
        jobs: int,
        *,
        seeds: int = 3,
        tick: Callable[[int], None] | None = None,
    ) -> None:
        """Begin with nothing found.

        Args:
            course: What is proved.
            tools: What runs code and grades answers.
            jobs: Submissions on trial at a time.
            seeds: Under how many seeds each solution must pass.
            tick: Called with the number of runs done since its last call.
        """
        # The first is even and the second odd: in order, and shuffled.
        self.seeds = range(2, 2 + seeds)
        self.course = course
        self.grade = tools.grade
        self.findings: set[Finding] = set()
        self.warnings: set[Finding] = set()
        self.fresh: list[Fresh] = []
        self.tallies: dict[str, Tally] = {}
        self._client = tools.client
        self._gate = asyncio.Semaphore(jobs)
        self._tick = tick or (lambda runs: None)

    async def check(
        self,
        item: Exercise | Fix,
        source: str,
        seed: int,
        *,
        about: Trail = (),
        patient: bool = False,
    ) -> Verdict:
        """A verdict on ``source``. A checker's own fault is found here, once, as the author's.

        ``patient``: a time-out is no answer on a machine that is busy; more time is given once.
        """
        async with self._gate:
            verdict = await self._client.check(item, source, seed=seed, alone=False)
            if patient and verdict.outcome == TIMEOUT:
                seconds = min(_PATIENCE, 6 * item.limits.seconds)
                limits = msgspec.structs.replace(item.limits, seconds=seconds)
                longer = msgspec.structs.replace(item, limits=limits)
                verdict = await self._client.check(longer, source, seed=seed, alone=False)
        self._tick(1)
        self.tally(item).seconds += verdict.ms / 1000
        if verdict.outcome == INTERNAL:
            self._checker_fault(item, verdict, about)
        return verdict

    async def run(self, source: str) -> Verdict:
        """The outcome of a program."""
        async with self._gate:
            verdict = await self._client.run(source, alone=False)
        self._tick(1)
        return verdict

    async def margins(self, item: Exercise, seed: int) -> tuple[Margins | None, Verdict]:
        """How far an exercise's tolerances are from rounding and from what is wrong."""
        async with self._gate:
            margins, verdict = await self._client.margins(item, seed=seed)
        self._tick(1)
        self.tally(item).seconds += verdict.ms / 1000
        return margins, verdict

    def find(
        self, rule: str, name: str, trail: Trail, message: str, *, line: int | None = None
    ) -> None:
        """Note what is not proved of an item or lesson, at a field of it."""
        problem = self.course.problem(name, trail, message, line=line or 1)
        self.findings.add(self._finding(rule, name, problem))

    def warn(self, rule: str, name: str, trail: Trail, message: str) -> None:
        """Note what an author should look at, and what fails nobody."""
        self.warnings.add(self._finding(rule, name, self.course.problem(name, trail, message)))

    def find_in(self, rule: str, path: Path, trail: Trail, message: str, *, line: int = 1) -> None:
        """The same at a field of a file."""
        self.find_at(rule, open_source(path).problem(trail, message, line=line))

    def find_at(self, rule: str, problem: Problem, item: str = "") -> None:
        """The same for a message that has its place already."""
        place = (problem.path, problem.line, problem.column)
        self.findings.add(Finding(*place, rule, item, problem.message))

    def refresh(self, name: str, trail: Trail, text: str) -> None:
        """Note what a field of an item or lesson should hold."""
        entry, item = self.course.names[name.casefold()]
        path = entry.quiz if item and item.in_quiz and entry.quiz else entry.path
        self.fresh.append(Fresh(path, (*(item.trail if item else ()), *trail), text))

    def tally(self, item: Exercise | Fix) -> Tally:
        """The figures of an exercise, to be added to."""
        return self.tallies.setdefault(item.alias or item.id, Tally())

    def _finding(self, rule: str, name: str, problem: Problem) -> Finding:
        item = ""
        if name:
            entry, found = self.course.names[name.casefold()]
            item = (found.alias or found.id) if found else entry.alias or entry.id
        return Finding(problem.path, problem.line, problem.column, rule, item, problem.message)

    def _checker_fault(self, item: Exercise | Fix, verdict: Verdict, about: Trail) -> None:
        names = [probe.name for probe in item.probes]
        where = verdict.fault_in or about
        if not verdict.fault_in and verdict.probe in names:
            where = ("probes", names.index(verdict.probe))
        why = verdict.original.removeprefix(f"probe {verdict.probe!r}: ") or verdict.message
        of_solution = why.startswith("solution ")
        key = "solution_fails" if of_solution else "internal"
        message = say(f"validate.{key}", probe=verdict.probe, why=quoted(why))
        rule = "solution" if of_solution else "internal"
        self.find(rule, item.id, where, message, line=verdict.fault_line)


def bare(item: Exercise) -> Exercise:
    """The exercise as far as it refuses: without what only names the reason, or is only read.

    Where nobody asks which wrong idea it is, looking for it would be most of the work.
    """
    return msgspec.structs.replace(
        item, task="", hints=(), misconceptions=(), wrong=(), equivalent=()
    )


def quoted(text: str) -> str:
    """A text on one line, of bounded length."""
    joined = " ".join(text.split())
    return joined if len(joined) <= _QUOTED else joined[: _QUOTED - 3] + "..."


def told(verdict: Verdict) -> str:
    """What a verdict says, for a finding: outcome, probe and sentence."""
    where = f" ({verdict.probe})" if verdict.probe else ""
    return f"{verdict.outcome}{where}: {quoted(verdict.message)}"
