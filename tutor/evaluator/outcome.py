"""The outcome classes, and the verdict that leaves the evaluator. No torch here."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """How a submission ended. ``counts`` tells whether progress may record it as an attempt."""

    PASSED = "passed"
    WRONG = "wrong"
    NOT_ATTEMPTED = "not_attempted"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    OUTPUT_LIMIT = "output_limit"
    ENDED_EARLY = "ended_early"
    CRASHED = "crashed"
    BLOCKED = "blocked"
    INTERNAL = "internal"  # our fault: never counted against the learner

    @property
    def counts(self) -> bool:
        """False for an untouched starter and for faults of ours."""
        return self not in (Outcome.NOT_ATTEMPTED, Outcome.INTERNAL)


class Grade(StrEnum):
    """What the machine enforces, strongest first."""

    FULL = "full"  # Landlock ABI >= 6 and seccomp
    STRONG = "strong"  # Landlock ABI 1-5 and seccomp
    PARTIAL = "partial"  # no file isolation
    BASIC = "basic"  # limits only
    MINIMAL = "minimal"


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first difference between what was observed and what a solution gives."""

    facet: str  # type, shape, dtype, value, grad, storage, ... or the name of a rule
    where: str  # which observed name, e.g. "result" or "result[1]"
    expected: str
    got: str
    detail: str = ""  # worst elements, how many differ, largest error against allowed
    guess: str = ""  # "transposed?": said as a question, never as a fact


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is true of a submission. ``message`` is whole sentences for the learner.

    ``line`` counts the learner's own source from 1; ``ms`` is milliseconds from submission to
    verdict as the client saw it.
    """

    outcome: Outcome
    message: str
    probe: str | None = None
    misconception: str | None = None
    line: int | None = None
    output: str = ""
    ms: int = 0
    sandbox: str = ""
    also_fits: tuple[str, ...] = ()  # other misconceptions that explain it as well
    call: str = ""  # the failing call, ready to copy
    difference: Difference | None = None
    notes: tuple[str, ...] = ()  # further differences, a line each
    traceback: str = ""  # the learner's frames only
    original: str = ""  # torch's own words, where `message` explains them
    failed: tuple[str, ...] = ()  # every probe that failed and every rule that was broken
    passed_probes: int = 0
    probes: int = 0
    fault_in: tuple[str | int, ...] = ()  # a fault of the exercise's own: the way to its field
    fault_line: int = 1  # of that field's text

    @property
    def passed(self) -> bool:
        """True for a pass, and for nothing else."""
        return self.outcome is Outcome.PASSED


class Near(msgspec.Struct, frozen=True):
    """How near a wrong alternative comes, at the probe that shows it best."""

    kind: str  # misconceptions or wrong
    number: int  # its place in that list
    distance: float  # in what the probe allows: 1 is the line; infinite: no matter of degree


class Margins(msgspec.Struct, frozen=True):
    """How far tolerances are from rounding and from wrong answers; for authors."""

    errors: dict[str, float]  # probe -> largest rounding error, in what it allows
    nearest: tuple[Near, ...]
