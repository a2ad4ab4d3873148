"""What the proofs are handed: an evaluator and a grader of answers, as far as they need them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tutor.content.model import Exercise, Fix, Question


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
    def fault_in(self) -> tuple[str | int, ...]:
        """Of a fault of the exercise's own: the way to its field."""

    @property
    def fault_line(self) -> int:
        """The line of that field's text, from 1."""

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
