"""FSRS-6, by the ``fsrs`` package, on study days instead of moments.

Time of day is noise to the model and not harmless: reviews 23.99 and 24.01 hours apart give a
stability of 2.3 and of 7.3 days. So every review is told to the scheduler at midnight of its
study day, and a due date is a day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from tutor.store.rows import Memory, RatingWord

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

WANTED = 0.9  # the recall that reviews are planned for
DECAY = 0.1542  # the 21st default parameter; a test holds both equal to the package's
FACTOR = WANTED ** (-1 / DECAY) - 1


class Rating(IntEnum):
    """How well something was remembered; the numbers are fsrs's own."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4

    @property
    def word(self) -> RatingWord:
        """The rating as events and rows have it."""
        return _WORDS[self]

    @classmethod
    def of(cls, word: str) -> Rating:
        """The rating of a word; raises KeyError for another word."""
        return cls[word.upper()]


_WORDS: dict[Rating, RatingWord] = {
    Rating.AGAIN: "again",
    Rating.HARD: "hard",
    Rating.GOOD: "good",
    Rating.EASY: "easy",
}


@cache
def scheduler() -> Scheduler:
    """The package's scheduler with its default parameters, in steps of whole days.

    No learning steps: the first review already gives an interval in days. One relearning step of
    a day: what was wrong is asked again on the next study day, however well it had been known
    (without the step, a lapse after a year comes back in a week, long after an answer that was
    right today). Fuzz is off, because it draws from Python's global generator, and one log must
    give one schedule.
    """
    from fsrs import Scheduler  # 15 ms that the first frame need not wait for

    return Scheduler(
        desired_retention=WANTED,
        learning_steps=(),
        relearning_steps=(timedelta(days=1),),
        enable_fuzzing=False,
    )


def remember(memory: Memory | None, rating: Rating, day: date) -> Memory:
    """The memory after a review on ``day``; dates are those of the fsrs package."""
    import fsrs

    at = midnight(day)
    card, _ = scheduler().review_card(_card(memory, at), fsrs.Rating(rating), at)
    assert card.stability is not None
    assert card.difficulty is not None
    again = rating is Rating.AGAIN
    later = memory is not None and day > memory.last
    return Memory(
        stability=card.stability,
        difficulty=card.difficulty,
        last=day,
        due=card.due.date(),
        reps=(memory.reps if memory else 0) + 1,
        lapses=(memory.lapses if memory else 0) + _is_lapse(memory, again),
        failed=again,
        relearning=card.state is fsrs.State.Relearning,
        tested=(memory.tested if memory else 0) + later,
        recalled=(memory.recalled if memory else 0) + (later and not again),
    )


def _is_lapse(memory: Memory | None, again: bool) -> bool:
    """Forgetting what was remembered the time before; failing twice in a row is one lapse."""
    return again and memory is not None and not memory.failed


def _card(memory: Memory | None, at: datetime) -> Card:
    from fsrs import Card, State

    # Card() without an id sleeps for a millisecond to find one.
    if memory is None:
        return Card(card_id=0, due=at)
    return Card(
        card_id=0,
        state=State.Relearning if memory.relearning else State.Review,
        step=0 if memory.relearning else None,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=midnight(memory.due),
        last_review=midnight(memory.last),
    )


def midnight(day: date) -> datetime:
    """The moment that stands for a study day; fsrs takes UTC only."""
    return datetime.combine(day, time(), UTC)


def recall(memory: Memory, day: date) -> float:
    """Probability that it is remembered on ``day``: ``(1 + FACTOR * days / stability) ** -DECAY``.

    The package's own formula, written here so that the home screen need not import it.
    """
    days = max(0, (day - memory.last).days)
    return float((1 + FACTOR * days / memory.stability) ** -DECAY)


def lost_by_waiting(memory: Memory, day: date) -> float:
    """How much recall falls from ``day`` to the next: what is lost by putting a review off.

    Largest for what was learned lately and weakly, small for what is well known, and small for
    what is long forgotten: there, a day more makes no difference.
    """
    return recall(memory, day) - recall(memory, day + timedelta(days=1))
