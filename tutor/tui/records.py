"""What the lesson screen writes down, as events; and a verdict read back from them. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from tutor.content.model import Exercise, Question
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.store.events import ANSWER, ATTEMPT, DRAFT, HINT, PLACE, REVEAL, STEP, NewEvent

if TYPE_CHECKING:
    from tutor.study.grading import Graded

Cursor = tuple[int, int]


def been_at(lesson: str, step: str, item: str = "") -> tuple[NewEvent, ...]:
    """A step was seen, and the learner is there now."""
    body = {"lesson": lesson, "step": step}
    place = {**body, "item": item} if item else body
    return NewEvent(STEP, lesson, body), NewEvent(PLACE, lesson, place)


def attempt(
    item: Exercise | Question, verdict: Verdict, source: str, cursor: Cursor, hints: int
) -> tuple[NewEvent, ...]:
    """Code was handed in: the code as it was, and what was said of it."""
    body = {
        "outcome": verdict.outcome.value,
        "ms": verdict.ms,
        "code_sha": hashlib.sha256(source.encode()).hexdigest(),
        "hints": hints,
        "verdict": msgspec.to_builtins(verdict),
    }
    for name in ("probe", "misconception", "line"):
        value = getattr(verdict, name)
        if value is not None:
            body[name] = value
    draft = {"text": source, "cursor": list(cursor)}
    return (
        NewEvent(DRAFT, item.id, draft, item.rev),
        NewEvent(ATTEMPT, item.id, body, item.rev),
    )


def answer(
    question: Question,
    given: object,
    graded: Graded,
    *,
    seconds: float,
    seed: int,
    sure: float | None = None,
) -> NewEvent:
    """A question was answered."""
    body: dict[str, object] = {
        "right": graded.right,
        "given": _plain(given),
        "ms": round(seconds * 1000),
        "seed": seed,
    }
    for name, value in (
        ("misconception", graded.misconception),
        ("slip", graded.slip),
        ("sure", sure),
    ):
        if value is not None:
            body[name] = value
    return NewEvent(ANSWER, question.id, body, question.rev)


def hint(item: Exercise, n: int) -> NewEvent:
    """The ``n``-th hint was shown."""
    return NewEvent(HINT, item.id, {"n": n}, item.rev)


def reveal(item: Exercise | Question) -> NewEvent:
    """The solution was shown before a pass."""
    return NewEvent(REVEAL, item.id, {}, item.rev)


def kept(verdict: Verdict) -> str:
    """An ungraded run as the draft keeps it beside the code."""
    return msgspec.json.encode(verdict).decode()


def run_again_shown(text: str) -> Verdict | None:
    """The ungraded run that was kept beside a draft, to be shown without running anything."""
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=Verdict)
    except msgspec.DecodeError:
        return Verdict(Outcome.PASSED, "", output=text)


def verdict_of(stored: object) -> Verdict | None:
    """A verdict from an attempt's body; None when another version wrote what cannot be read."""
    if not isinstance(stored, dict):
        return None
    try:
        return msgspec.convert(stored, Verdict)
    except msgspec.ValidationError:
        return None


def _plain(given: object) -> object:
    """An answer as JSON has it; a set of options gets an order."""
    if isinstance(given, set | frozenset):
        return sorted(given)
    return list(given) if isinstance(given, tuple) else given
