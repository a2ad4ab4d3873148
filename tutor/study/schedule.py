"""From what happened to when it is asked again: ratings, cards, and the folds for the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

import msgspec

from tutor.store.events import (
    ANSWER,
    ATTEMPT,
    DRAFT,
    HINT,
    PLACE,
    RESET,
    REVEAL,
    REVIEW,
    STEP,
    Event,
    study_day,
)
from tutor.store.folds import result_of
from tutor.store.rows import CardRow, DayRow, Projector
from tutor.study.memory import Rating, recall, remember

__all__ = ["Rating", "project", "rate", "rating_of", "recall", "review", "study_day"]

SLOW_MS = 120_000  # two minutes on one question: it was worked out again rather than known
MANY_HINTS = 3  # the third hint is the key line with a blank
KEPT_RESULTS = 8  # of one day, so that an override finds its answer
PAUSE_MS = 5 * 60_000  # a longer gap between two events was a break
WORK = frozenset({ANSWER, ATTEMPT, DRAFT, HINT, PLACE, REVEAL, REVIEW, STEP})


def rate(right: bool, *, slow: bool = False, hints: int = 0, revealed: bool = False) -> Rating:
    """The rating that follows from a result, unless the learner chooses another."""
    if not right or revealed or hints >= MANY_HINTS:
        return Rating.AGAIN
    return Rating.HARD if slow or hints else Rating.GOOD


def rating_of(event: Event) -> Rating | None:
    """The rating that an event stands for; None where it says nothing about memory.

    Code that does not run (an error, a time limit, a refused call) is an attempt, and no sign of
    having forgotten: only code that ran and did the wrong thing is.
    """
    if event.kind == REVEAL:
        return Rating.AGAIN
    right = result_of(event)
    if right is None or (event.kind == ATTEMPT and event.body.get("outcome") not in RATED):
        return None
    slow = bool(event.body.get("slow", event.kind == ANSWER and _ms(event) > SLOW_MS))
    hints = event.body.get("hints", 0)
    return rate(right, slow=slow, hints=hints if isinstance(hints, int) else 0)


RATED = frozenset({"passed", "wrong"})


def _ms(event: Event) -> int:
    ms = event.body.get("ms", 0)
    return ms if isinstance(ms, int) and ms > 0 else 0


def review(
    card: CardRow | None,
    rating: Rating,
    day: date,
    *,
    item: str = "",
    event: str = "",
    rev: int = 1,
) -> CardRow:
    """The card after a result on ``day``.

    A study day holds one review of an item: its first result, or Again when a later one was
    wrong. Being right five minutes after being told is not remembering, and ten tries at one
    exercise are not ten reviews.
    """
    if card is None or card.last != day:
        return CardRow(
            item=card.item if card else item,
            memory=remember(card.memory if card else None, rating, day),
            rating=rating.word,
            results=(event,) if event else (),
            rev=rev,
            before=card.memory if card else None,
        )
    results = (*card.results, event)[-KEPT_RESULTS:] if event else card.results
    card = msgspec.structs.replace(card, results=results, rev=max(rev, card.rev))
    worse = rating is Rating.AGAIN and card.rating != rating.word
    return _again_from_before(card, rating) if worse else card


def override(card: CardRow, rating: Rating) -> CardRow:
    """The card with the learner's own rating for the day of its last review."""
    return _again_from_before(card, rating)


def _again_from_before(card: CardRow, rating: Rating) -> CardRow:
    memory = remember(card.before, rating, card.last)
    return msgspec.structs.replace(card, memory=memory, rating=rating.word)


@dataclass(frozen=True)
class CardFold:
    """The schedule: a card for each item that was answered."""

    name: ClassVar[str] = "card"
    version: ClassVar[int] = 1
    by: ClassVar[Literal["item"]] = "item"
    row: ClassVar[type[CardRow]] = CardRow

    def step(self, row: CardRow | None, event: Event) -> CardRow | None:
        """The card after ``event``."""
        if event.kind == RESET:
            return None
        if event.kind == REVIEW:
            return _chosen(row, event)
        rating = rating_of(event)
        if rating is None:
            return row
        return review(row, rating, event.day, item=event.item, event=event.id, rev=event.item_rev)


def _chosen(card: CardRow | None, event: Event) -> CardRow | None:
    """The learner's own rating, where the answer that it is about still stands."""
    try:
        rating = Rating.of(str(event.body.get("rating")))
    except KeyError:
        return card  # a word of a later version
    if card is None or event.body.get("of") not in card.results:
        return card
    return override(card, rating)


@dataclass(frozen=True)
class DayFold:
    """What was done on each study day."""

    name: ClassVar[str] = "day"
    version: ClassVar[int] = 1
    by: ClassVar[Literal["day"]] = "day"
    row: ClassVar[type[DayRow]] = DayRow

    def step(self, row: DayRow | None, event: Event) -> DayRow | None:
        """The day after ``event``."""
        if event.kind not in WORK:
            return row
        before = row or DayRow(day=event.day, at_ms=event.at_ms)
        gap = event.at_ms - before.at_ms
        right = result_of(event)
        return DayRow(
            day=event.day,
            answers=before.answers + (right is not None),
            right=before.right + bool(right),
            steps=before.steps + (event.kind == STEP),
            ms=before.ms + (gap if 0 < gap <= PAUSE_MS else 0),
            at_ms=event.at_ms,
            sure=before.sure if right is None else _stated(before.sure, event, right),
        )


def _stated(
    known: dict[str, tuple[int, int]], event: Event, right: bool
) -> dict[str, tuple[int, int]]:
    """The day's stated confidences, in percent, with the one of ``event``."""
    sure = event.body.get("sure")
    if not isinstance(sure, int | float) or not 0 <= sure <= 1:
        return known
    percent = str(round(sure * 100))
    asked, were_right = known.get(percent, (0, 0))
    return {**known, percent: (asked + 1, were_right + right)}


project: Projector = (CardFold(), DayFold())
