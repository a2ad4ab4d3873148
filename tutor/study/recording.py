"""From a result to the events that are written down."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import msgspec

from tutor.content.model import Exercise, Question
from tutor.store.events import ANSWER, ATTEMPT, DRAFT, UNCOUNTED, NewEvent
from tutor.study.graded import Graded


class VerdictLike(Protocol):
    """Code that was judged; ``tutor.evaluator.outcome.Verdict``, which study does not import."""

    @property
    def outcome(self) -> str:
        """How it ended."""

    @property
    def probe(self) -> str | None:
        """The probe that failed first."""

    @property
    def misconception(self) -> str | None:
        """The wrong belief that explains it."""

    @property
    def line(self) -> int | None:
        """Where in the learner's source."""

    @property
    def ms(self) -> int:
        """From submission to verdict."""


Result: TypeAlias = Graded | VerdictLike


def right_or_not(result: Result) -> bool | None:
    """True and False for a result that counts; None for one that does not."""
    if isinstance(result, Graded):
        return None if result.invalid else result.right
    outcome = str(result.outcome)
    return None if outcome in UNCOUNTED else outcome == "passed"


def answered(
    question: Question,
    graded: Graded,
    *,
    given: Any = None,
    seconds: float = 0.0,
    seed: int = 0,
    sure: float | None = None,
) -> list[NewEvent]:
    """The event of a typed or chosen answer; none where it could not be read.

    Args:
        question: What was asked.
        graded: What was said of the answer.
        given: The answer: an option id, a set of them, text, positions, or pairs.
        seconds: From seeing the question to answering it.
        seed: Of the shuffle and of fresh numbers.
        sure: Stated beforehand, 0 to 1.
    """
    if graded.invalid:
        return []
    body: dict[str, Any] = {
        "right": graded.right,
        "given": _plain(given),
        "ms": round(seconds * 1000),
        "seed": seed,
    }
    _add(body, misconception=graded.misconception, slip=graded.slip, sure=sure)
    return [NewEvent(ANSWER, question.id, body, question.rev)]


def attempted(
    item: Exercise | Question,
    verdict: VerdictLike,
    *,
    code: str | None = None,
    hints: int = 0,
    sure: float | None = None,
) -> list[NewEvent]:
    """The events of judged code; none for an untouched starter or a fault of ours.

    Args:
        item: The exercise, or the question to fix.
        verdict: What was said of the code.
        code: As it was handed in; kept as a draft.
        hints: Shown for it so far.
        sure: Stated beforehand, 0 to 1.
    """
    if str(verdict.outcome) in UNCOUNTED:
        return []
    body: dict[str, Any] = {
        "outcome": str(verdict.outcome),
        "ms": verdict.ms,
        "hints": hints,
        "verdict": msgspec.to_builtins(verdict),
    }
    _add(
        body,
        probe=verdict.probe,
        misconception=verdict.misconception,
        line=verdict.line,
        sure=sure,
    )
    attempt = NewEvent(ATTEMPT, item.id, body, item.rev)
    if code is None:
        return [attempt]
    body["code_sha"] = hashlib.sha256(code.encode()).hexdigest()
    return [NewEvent(DRAFT, item.id, {"text": code}, item.rev), attempt]


def _add(body: dict[str, Any], **values: Any) -> None:
    body.update((name, value) for name, value in values.items() if value is not None)


def _plain(given: Any) -> Any:
    """An answer as JSON has it; a set of options gets an order."""
    if isinstance(given, set | frozenset):
        return sorted(given)
    if isinstance(given, Mapping):
        return dict(given)
    return list(given) if isinstance(given, tuple) else given
