"""What every proof works at: the evaluator that was handed in, the course, and what was found."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec

from tutor.content.course import Course
from tutor.content.model import Exercise, Fix, Question
from tutor.content.source import Problem, Trail, open_source
from tutor.text.messages import say

INTERNAL, TIMEOUT = "internal", "timeout"
_PATIENCE = 30.0  # seconds
# A verdict's own sentence is quoted in a finding, on the finding's one line.
_QUOTED = 240
# How the judge tells that a solution failed on its own side.
_SOLUTION = re.compile(r"solution (\d+): ")


class Verdict(Protocol):
    """What the proofs read of an evaluator's verdict."""

    @property
    def outcome(self) -> str:
        """Passed, wrong, error, ..."""

    @property
    def passed(self) -> bool:
        """Whether it is a pass."""

    @property
    def message(self) -> str:
        """Sentences for the learner."""

    @property
    def probe(self) -> str | None:
        """The first probe or rule that failed."""

    @property
    def failed(self) -> tuple[str, ...]:
        """All that failed."""

    @property
    def misconception(self) -> str | None:
        """The one that explains it."""

    @property
    def also_fits(self) -> tuple[str, ...]:
        """Others that explain it as well."""

    @property
    def line(self) -> int | None:
        """The line of the submission, from 1."""

    @property
    def output(self) -> str:
        """What the program printed."""

    @property
    def original(self) -> str:
        """Torch's own words, or the reason of a fault of ours."""

    @property
    def ms(self) -> int:
        """Milliseconds from submission to verdict."""


class Near(Protocol):
    """How near a wrong alternative comes, in what the probe allows."""

    @property
    def kind(self) -> str:
        """The list that it stands in: misconceptions or wrong."""

    @property
    def number(self) -> int:
        """Its place in that list."""

    @property
    def distance(self) -> float:
        """1 is the line between right and wrong."""


class Margins(Protocol):
    """How far tolerances are from rounding and from wrong answers."""

    @property
    def errors(self) -> Mapping[str, float]:
        """Probe -> largest rounding error, in what it allows."""

    @property
    def nearest(self) -> Sequence[Near]:
        """Every wrong alternative."""


class Client(Protocol):
    """What the proofs need of an evaluator."""

    async def check(
        self, item: Exercise | Fix, source: str, *, seed: int | None = None, alone: bool = True
    ) -> Verdict:
        """Put a submission on trial."""

    async def run(self, source: str, *, alone: bool = True) -> Verdict:
        """Run a program, ungraded."""

    async def margins(self, item: Exercise, *, seed: int) -> tuple[Margins | None, Verdict]:
        """Measure tolerances; the verdict says why that cannot be done."""


class Grading(Protocol):
    """What the proofs read of a graded answer."""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""

    @property
    def invalid(self) -> bool:
        """Whether it could not be read."""

    @property
    def misconception(self) -> str | None:
        """The one that explains it."""


@dataclass(frozen=True)
class Tools:
    """What a proof cannot do itself."""

    client: Client
    grade: Callable[[Question, Any], Grading]


@dataclass(frozen=True, order=True)
class Finding:
    """Something that is not proved; ``line`` and ``column`` count from 1."""

    path: Path
    line: int
    column: int
    rule: str  # which proof, in one word: solution, mutation, example, ...
    item: str  # alias or id of what it is about; "" for a file or the course
    message: str

    def __str__(self) -> str:
        about = f"{self.item}: " if self.item else ""
        return f"{self.path}:{self.line}:{self.column}: {about}{self.message}"


@dataclass(frozen=True)
class Fresh:
    """A stored value as it should be: what ``--write`` puts into the file."""

    path: Path
    trail: Trail
    text: str
    replaces: str = ""  # a part of the field's text; "" for all of it


@dataclass
class Tally:
    """The figures of one exercise."""

    ms: list[int] = field(default_factory=list)  # of each pass of a solution
    seconds: float = 0.0  # all its proofs, one after the other
    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    survivors: list[str] = field(default_factory=list)


class Bench:
    """Runs what proofs ask for, a few at a time, and gathers what they find."""

    def __init__(
        self, course: Course, tools: Tools, jobs: int, tick: Callable[[int], None] | None = None
    ) -> None:
        """``tick`` is called with the number of runs done since its last call."""
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
        why = verdict.original.removeprefix(f"probe {verdict.probe!r}: ")
        solution = _SOLUTION.match(why)
        if solution:
            where: Trail = ("solutions", int(solution[1]) - 1)
            why = why.removeprefix(solution[0])
            message = say("validate.solution_fails", probe=verdict.probe, why=quoted(why))
            self.find("solution", item.id, where, message)
            return
        where = ("probes", names.index(verdict.probe)) if verdict.probe in names else about
        message = say("validate.internal", probe=verdict.probe, why=quoted(why or verdict.message))
        self.find("internal", item.id, where, message)


def quoted(text: str) -> str:
    """A text on one line, of bounded length."""
    joined = " ".join(text.split())
    return joined if len(joined) <= _QUOTED else joined[: _QUOTED - 3] + "..."


def told(verdict: Verdict) -> str:
    """What a verdict says, for a finding: outcome, probe and sentence."""
    where = f" ({verdict.probe})" if verdict.probe else ""
    return f"{verdict.outcome}{where}: {quoted(verdict.message)}"
