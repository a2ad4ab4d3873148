"""Which items a drill asks, and in what order. Pure: what it looks at is handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from tutor.content.checks import misconceptions_of
from tutor.content.loader import ContentError, UnknownItem
from tutor.content.model import Exercise, Question
from tutor.store.rows import CardRow, Snapshot
from tutor.study.mastery import live_misconceptions
from tutor.study.memory import lost_by_waiting, recall

if TYPE_CHECKING:
    from tutor.content.loader import Course, LessonEntry

Item: TypeAlias = Exercise | Question


@dataclass(frozen=True)
class Due:
    """Today's reviews, and a few items not asked yet from lessons that were opened."""

    new: int = 10


@dataclass(frozen=True)
class Cram:
    """Chosen by the learner, due or not: the weakest first.

    What is set narrows the choice; with nothing set it is everything that was answered before.
    Ids and aliases are accepted alike.
    """

    lesson: str = ""
    unit: str = ""
    objective: str = ""
    misconception: str = ""
    exam: date | None = None  # weakest by what will be remembered on that day


Mode: TypeAlias = Due | Cram


def choose(course: Course, snapshot: Snapshot, *, day: date, cap: int, mode: Mode) -> list[Item]:
    """The items of a drill in the order in which they are asked.

    Args:
        course: Items that it no longer has, or that are in broken files, are left out.
        snapshot: Cards and opened lessons.
        day: The study day.
        cap: Most items; in ``Due`` those already reviewed on ``day`` are counted in.
        mode: What is wanted.
    """
    if isinstance(mode, Due):
        today = [card for card in snapshot.cards.values() if card.last == day]
        # What was met for the first time today, in a lesson or a drill, is no review: a day full
        # of lessons must not use up the reviews.
        new = sum(1 for card in today if card.before is None)
        room = max(0, cap - (len(today) - new))
        chosen = due_items(course, snapshot, day)[:room]
        wanted = max(0, min(mode.new - new, cap - len(today) - len(chosen)))
        chosen += islice(new_items(course, snapshot), wanted)
    else:
        chosen = _crammed(course, snapshot, day, mode)[:cap]
    return interleaved(chosen)


def due_items(course: Course, snapshot: Snapshot, day: date) -> list[Item]:
    """The items to be reviewed on ``day``, first those that lose most by waiting.

    So a backlog of hundreds is not a wall: the cap takes what a day's delay would cost most, and
    the rest keeps. Where a misconception showed and is not overcome yet, the cap never cuts it
    off. Between equals a hash of the id decides, so that the questions of one lesson do not march
    in step for ever.
    """
    wrong_beliefs = {
        item for live in live_misconceptions(snapshot.states.values()) for item in live.items
    }
    due = []
    for card in snapshot.cards.values():
        item = found(course, card.item)
        if item is not None and is_due(card, day, item.rev):
            loss = lost_by_waiting(card.memory, day)
            due.append((item.id not in wrong_beliefs, -loss, mixed(item.id), item))
    return [item for *_, item in sorted(due, key=lambda entry: entry[:3])]


def is_due(card: CardRow, day: date, rev: int) -> bool:
    """True when the item is to be asked on ``day``.

    Also when its meaning changed since (a raised ``rev``), and when it was last reviewed on a day
    that is yet to come: the clock was ahead then, and its date is as wrong. One day ahead is
    travel to the west.
    """
    return card.due <= day or rev > card.rev or card.last > day + timedelta(days=1)


def new_items(course: Course, snapshot: Snapshot) -> Iterator[Item]:
    """Items of opened lessons that have not been answered, questions before exercises."""
    for entry in course.entries():
        if entry.id in snapshot.opened:
            for known in (*entry.questions, *entry.exercises):
                item = found(course, known.id) if known.id not in snapshot.cards else None
                if item is not None:
                    yield item


def found(course: Course, name: str) -> Item | None:
    """The item, or None where the course has none that can be read."""
    try:
        return course.item(name)
    except (UnknownItem, ContentError):
        return None


def _crammed(course: Course, snapshot: Snapshot, day: date, cram: Cram) -> list[Item]:
    at = max(day, cram.exam) if cram.exam else day
    narrow = bool(cram.lesson or cram.unit or cram.objective or cram.misconception)
    ranked = []
    for number, item in enumerate(_in_scope(course, cram)):
        card = snapshot.cards.get(item.id)
        if card is not None:
            ranked.append((0, recall(card.memory, at), number, item))
        elif narrow or (cram.exam and course.lesson_of(item.id).id in snapshot.opened):
            ranked.append((1, 0.0, number, item))  # what was never asked comes last, in order
    return [item for *_, item in sorted(ranked, key=lambda entry: entry[:3])]


def _in_scope(course: Course, cram: Cram) -> Iterator[Item]:
    for entry in _lessons(course, cram):
        for known in (*entry.questions, *entry.exercises):
            item = found(course, known.id)
            if item is None or (cram.objective and cram.objective not in item.objectives):
                continue
            names = {name for _, name in misconceptions_of(item)}
            if not cram.misconception or cram.misconception in names:
                yield item


def _lessons(course: Course, cram: Cram) -> Iterable[LessonEntry]:
    if cram.lesson:
        return (course.entry(cram.lesson),)
    if cram.unit:
        return course.unit(cram.unit).lessons
    return course.entries()


def interleaved(items: Sequence[Item]) -> list[Item]:
    """The same items, neighbours with different objectives wherever that can be had.

    Telling which idea applies is half of knowing it, and a block on one idea never asks. Keeps to
    the given order otherwise.
    """
    groups = Counter(map(group_of, items))
    rest = list(items)
    mixed_up: list[Item] = []
    while rest:
        last = mixed_up[-1] if mixed_up else None
        pick = _next(rest, last, groups)
        groups[group_of(pick)] -= 1
        rest.remove(pick)
        mixed_up.append(pick)
    return mixed_up


def _next(rest: list[Item], last: Item | None, groups: Counter[str]) -> Item:
    crowd, size = groups.most_common(1)[0]
    # A group of more than half of what is left has to be begun now, or it ends in a block.
    crowded = size * 2 > len(rest)
    tests: tuple[Callable[[Item], bool], ...] = (
        lambda item: not crowded or group_of(item) == crowd,
        lambda item: True,
    )
    if last is None:
        return next(filter(tests[0], rest))
    for test in tests:
        for item in rest:
            if test(item) and group_of(item) != group_of(last):
                return item
    return next((item for item in rest if family(item) != family(last)), rest[0])


def group_of(item: Item) -> str:
    """What interleaving tells apart: the first objective."""
    return item.objectives[0] if item.objectives else ""


def family(item: Item) -> str:
    """What the variants of one question have in common: the id up to a last level of digits.

    ``probability.die.1`` and ``probability.die.2`` are two variants of one question.
    """
    stem, _, last = item.id.rpartition(".")
    return stem if stem and last.isdecimal() else item.id


def mixed(item: str) -> bytes:
    """A hash that is the same on every machine and every start."""
    return blake2b(item.encode(), digest_size=8).digest()
