"""A drill: what to ask next. A state machine without input or output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

from tutor.content.model import Exercise, Question
from tutor.store.events import REVEAL, REVIEW, UNDO, NewEvent
from tutor.store.rows import CardRow, RatingWord, Snapshot
from tutor.study.choosing import Cram, Due, Item, Mode, choose, family
from tutor.study.graded import Graded
from tutor.study.mastery import LEECH_LAPSES
from tutor.study.recording import Result, answered, attempted, right_or_not
from tutor.study.schedule import RATED, SLOW_MS, Rating, override, rate, review

if TYPE_CHECKING:
    from tutor.content.loader import Course

__all__ = ["Cram", "Drill", "Due", "Mode", "Recap"]

CAP = 40
RETURNS = 2  # how often a wrong question comes back in one session
DISTANCE = 4  # ... after how many others, where there are so many


@dataclass(frozen=True)
class Recap:
    """How a session went. Ids of items, in the order in which they were first answered."""

    asked: tuple[str, ...] = ()
    right: tuple[str, ...] = ()  # at the first answer
    again: tuple[str, ...] = ()  # wrong at first, or given up: back on the next study day
    new: tuple[str, ...] = ()  # answered for the first time ever
    due: tuple[tuple[date, tuple[str, ...]], ...] = ()  # what comes back when, earliest first
    leeches: tuple[str, ...] = ()  # forgotten six times and more: back to their lesson


@dataclass(frozen=True)
class _State:
    """All that changes in a drill; undo puts an earlier one back."""

    queue: tuple[str, ...]
    seed: int
    last: str = ""  # answered or skipped last
    answered: bool = False  # ... and there is an answer that can be overridden
    first: tuple[tuple[str, bool], ...] = ()  # item, right: at its first answer
    cards: tuple[tuple[str, CardRow], ...] = ()  # as they are after the answers


class Drill:
    """Asks items one by one; returns the events to be written and remembers only its own session.

    An exercise, and a question to fix, stay current until they pass, are given up or skipped; any
    other question makes way once answered, and a wrong one comes back later in the session.
    """

    def __init__(
        self, items: Iterable[Item], snapshot: Snapshot, *, day: date, random: Random
    ) -> None:
        self._items = {item.id: item for item in items}
        self._snapshot = snapshot
        self._random = random
        self._state = _State(queue=tuple(self._items), seed=random.getrandbits(31))
        self._past: list[tuple[_State, str]] = []  # and the item whose last result falls
        self.day = day
        self.total = len(self._items)

    @classmethod
    def start(
        cls,
        course: Course,
        snapshot: Snapshot,
        *,
        day: date,
        cap: int = CAP,
        mode: Mode | None = None,
        random: Random | None = None,
    ) -> Drill:
        """Choose the items and begin.

        Args:
            course: Where the items are.
            snapshot: ``Store.snapshot()``.
            day: The study day; it stays the drill's day past midnight.
            cap: Most items a day for ``Due``, most items at all for ``Cram``.
            mode: ``Due()`` where it is left out. Nothing due gives a drill without items.
            random: For the order of options and for fresh numbers.
        """
        items = choose(course, snapshot, day=day, cap=cap, mode=mode or Due())
        return cls(items, snapshot, day=day, random=random or Random())

    # --- what is asked ----------------------------------------------------------------------

    @property
    def current(self) -> Exercise | Question | None:
        """What is to be answered now; None at the end."""
        queue = self._state.queue
        return self._items[queue[0]] if queue else None

    @property
    def seed(self) -> int:
        """For shuffling the current item's options and drawing its numbers."""
        return self._state.seed

    @property
    def remaining(self) -> int:
        """Items still to come, the current one included."""
        return len(set(self._state.queue))

    @property
    def last(self) -> Exercise | Question | None:
        """What was answered last: what ``override`` is about."""
        state = self._state
        return self._items[state.last] if state.answered else None

    @property
    def rating(self) -> RatingWord | None:
        """How the last answered item is rated now."""
        card = self._card(self._state.last) if self._state.answered else None
        return card.rating if card else None

    def cards(self) -> dict[str, CardRow]:
        """The cards of what was answered, as the store will have them."""
        return dict(self._state.cards)

    @property
    def next_day(self) -> date | None:
        """The first day after this one on which something is due; None for an empty schedule."""
        cards = {**self._snapshot.cards, **self.cards()}
        return min((card.due for card in cards.values() if card.due > self.day), default=None)

    # --- what is done -----------------------------------------------------------------------

    def answer(
        self,
        result: Result,
        sure: float | None = None,
        seconds: float = 0.0,
        *,
        given: Any = None,
        code: str | None = None,
        hints: int = 0,
    ) -> list[NewEvent]:
        """Take the result of the current item, and return what is to be recorded.

        Args:
            result: A ``Graded`` or a ``Verdict``. One that does not count (could not be read,
                untouched starter, fault of ours) changes nothing and returns no events.
            sure: Stated before the result was seen, 0 to 1.
            seconds: From seeing the item to answering.
            given: The answer to a question, as it was given.
            code: The code that was judged.
            hints: How many were shown for it.
        """
        item = self._asked()
        right = right_or_not(result)
        if right is None:
            return []
        rating: Rating | None
        if isinstance(result, Graded):
            assert not isinstance(item, Exercise)
            events = answered(item, result, given=given, seconds=seconds, seed=self.seed, sure=sure)
            rating = rate(right, slow=seconds * 1000 > SLOW_MS)
        else:
            events = attempted(item, result, code=code, hints=hints, sure=sure)
            rated = str(result.outcome) in RATED
            rating = rate(right, hints=hints) if rated else None
        self._push(item.id)
        self._learn(item, rating, right)
        if right or isinstance(result, Graded):
            self._move_on(comes_back=not right)
        return events

    def reveal(self) -> list[NewEvent]:
        """Give the current item up: its solution is shown, and it makes way."""
        item = self._asked()
        self._push(item.id)
        self._learn(item, Rating.AGAIN, False)
        self._move_on(comes_back=False)
        return [NewEvent(REVEAL, item.id, {}, item.rev)]

    def skip(self) -> None:
        """Leave the current item for another day; nothing is recorded, and it stays due."""
        item = self._asked()
        self._push("")
        self._move_on(comes_back=False)
        self._state = replace(self._state, last=item.id, answered=False)

    def override(self, rating: Rating | RatingWord) -> list[NewEvent]:
        """Rate the last answer oneself; raises LookupError when there is none to rate."""
        state = self._state
        card = self._card(state.last) if state.answered else None
        if card is None:
            raise LookupError("nothing was answered yet")
        chosen = rating if isinstance(rating, Rating) else Rating.of(rating)
        self._state = replace(state, cards=_with(state.cards, override(card, chosen)))
        body = {"rating": chosen.word, "day": self.day.isoformat()}
        item = self._items[state.last]
        return [NewEvent(REVIEW, item.id, body, item.rev)]

    @property
    def can_undo(self) -> bool:
        """Whether there is an answer or a skip to take back."""
        return bool(self._past)

    def undo(self) -> list[NewEvent]:
        """Take back the last answer or skip and ask it again; returns what is to be recorded.

        The store finds which event it is: the item's latest result that still stands.
        """
        if not self._past:
            return []
        self._state, item = self._past.pop()
        return [NewEvent(UNDO, item)] if item else []

    def recap(self) -> Recap:
        """How the session went so far."""
        state = self._state
        back: dict[date, list[str]] = {}
        for item, card in state.cards:
            back.setdefault(card.due, []).append(item)
        return Recap(
            asked=tuple(item for item, _ in state.first),
            right=tuple(item for item, right in state.first if right),
            again=tuple(item for item, card in state.cards if card.rating == "again"),
            new=tuple(item for item, _ in state.first if item not in self._snapshot.cards),
            due=tuple((day, tuple(items)) for day, items in sorted(back.items())),
            leeches=tuple(item for item, card in state.cards if card.lapses >= LEECH_LAPSES),
        )

    # --- inside -----------------------------------------------------------------------------

    def _asked(self) -> Item:
        if self.current is None:
            raise LookupError("the drill is over")
        return self.current

    def _push(self, item: str) -> None:
        self._past.append((self._state, item))

    def _card(self, item: str) -> CardRow | None:
        return self.cards().get(item) or self._snapshot.cards.get(item)

    def _learn(self, item: Item, rating: Rating | None, right: bool) -> None:
        if rating is None:
            self._state = replace(self._state, last=item.id, answered=False)
            return
        first = self._state.first
        if item.id not in dict(first):
            first = (*first, (item.id, right))
        card = review(self._card(item.id), rating, self.day, item=item.id, rev=item.rev)
        cards = _with(self._state.cards, card)
        self._state = replace(self._state, last=item.id, answered=True, first=first, cards=cards)

    def _move_on(self, *, comes_back: bool) -> None:
        head, *rest = self._state.queue
        seen = sum(1 for past, item in self._past if item == head and past.queue[0] == head)
        if comes_back and seen <= RETURNS:
            place = min(DISTANCE, len(rest))
            # Asked twice in a row, it would be answered from the screen, not from memory.
            if place and family(self._items[rest[place - 1]]) != family(self._items[head]):
                rest.insert(place, head)
        self._state = replace(self._state, queue=tuple(rest), seed=self._random.getrandbits(31))


def _with(cards: tuple[tuple[str, CardRow], ...], card: CardRow) -> tuple[tuple[str, CardRow], ...]:
    return tuple({**dict(cards), card.item: card}.items())
