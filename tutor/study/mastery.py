"""What the learner can be told about their own learning: pure functions of derived rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import msgspec

from tutor.content.model import Exercise, Question
from tutor.store.rows import CardRow, DayRow, ItemState, Meeting
from tutor.study.memory import recall

OVERCOME_AFTER = 2  # days on which the item was right, before a misconception counts as gone
LEECH_LAPSES = 6
FREEZE_BACK_AFTER = 7  # days of study, before another missed day is forgiven


class Mastery(msgspec.Struct, frozen=True):
    """One objective: how much of what practises it would be remembered now."""

    objective: str
    recall: float  # mean predicted recall over all its items; one never answered counts 0
    answers: int  # behind that number
    seen: int  # items answered at least once
    items: int


class Retention(msgspec.Struct, frozen=True):
    """Of the reviews at least a day after the one before, how many were right."""

    recalled: int
    tested: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None before the first review."""
        return self.recalled / self.tested if self.tested else None


class Calibration(msgspec.Struct, frozen=True):
    """How stated confidence compares with what was right.

    ``brier`` is the mean of ``(stated - right)**2`` with right 0 or 1 (Brier 1950): 0 is perfect,
    0.25 is what always saying "50 %" gives. None before the first stated confidence.
    """

    brier: float | None
    answers: int
    curve: tuple[tuple[float, float, int], ...]  # stated, share right, answers; by stated


class Streak(msgspec.Struct, frozen=True):
    """Days of study in a row. One missed day is forgiven while ``freeze`` is True."""

    days: int
    freeze: bool
    today: bool  # studied today already
    longest: int


class MetMisconception(msgspec.Struct, frozen=True):
    """A wrong belief that was met."""

    id: str
    items: tuple[str, ...]  # where it showed
    times: int
    last: date
    event: str  # the answer or attempt in which it showed last
    right_days: int  # of the two that it takes

    @property
    def overcome(self) -> bool:
        """True when one was right on two later days, wherever it had shown."""
        return self.right_days >= OVERCOME_AFTER


def mastery(
    items: Iterable[Exercise | Question],
    cards: Mapping[str, CardRow],
    states: Mapping[str, ItemState],
    day: date,
) -> dict[str, Mastery]:
    """Mastery by objective, in the order in which the objectives come in ``items``."""
    gathered: dict[str, list[tuple[float, int]]] = {}
    for item in items:
        card = cards.get(item.id)
        state = states.get(item.id)
        now = recall(card.memory, day) if card else 0.0
        for objective in item.objectives:
            answers = state.attempts if state else 0
            gathered.setdefault(objective, []).append((now, answers))
    return {
        objective: Mastery(
            objective=objective,
            recall=sum(now for now, _ in found) / len(found),
            answers=sum(answers for _, answers in found),
            seen=sum(1 for _, answers in found if answers),
            items=len(found),
        )
        for objective, found in gathered.items()
    }


def forecast(cards: Iterable[CardRow], day: date, days: int = 7) -> list[tuple[date, int]]:
    """Reviews due on ``day`` (what is overdue included) and on each of the next ``days``."""
    due = Counter(max(card.due, day) for card in cards)
    ahead = [day + timedelta(days=n) for n in range(days + 1)]
    return [(one, due[one]) for one in ahead]


def retention(cards: Iterable[CardRow]) -> Retention:
    """True retention over all reviews so far."""
    memories = [card.memory for card in cards]
    return Retention(
        recalled=sum(memory.recalled for memory in memories),
        tested=sum(memory.tested for memory in memories),
    )


def calibration(days: Iterable[DayRow]) -> Calibration:
    """Brier score and curve of all stated confidences."""
    asked: Counter[int] = Counter()
    right: Counter[int] = Counter()
    for day in days:
        for percent, (answers, were_right) in day.sure.items():
            asked[int(percent)] += answers
            right[int(percent)] += were_right
    total = asked.total()
    error = sum(
        right[percent] * (1 - percent / 100) ** 2 + (number - right[percent]) * (percent / 100) ** 2
        for percent, number in asked.items()
    )
    return Calibration(
        brier=error / total if total else None,
        answers=total,
        curve=tuple(
            (percent / 100, right[percent] / number, number)
            for percent, number in sorted(asked.items())
        ),
    )


def studied(day: DayRow) -> bool:
    """True when something was answered, or a step was seen."""
    return bool(day.answers or day.steps)


def streak(days: Iterable[DayRow], today: date) -> Streak:
    """The streak up to ``today``, which is not missed before it is over.

    One missed day does not end a streak; seven days of study later another one is forgiven. Days
    after ``today`` come from a clock that was ahead, or from a flight; they count when they come.
    """
    active = {day.day for day in days if studied(day) and day.day <= today}
    count = longest = since = 0
    freeze = True
    one = min(active, default=today)
    while one <= today:
        if one in active:
            count += 1
            since += 1
            freeze = freeze or since >= FREEZE_BACK_AFTER
            longest = max(longest, count)
        elif one < today:
            count, since, freeze = (count, 0, False) if freeze and count else (0, 0, True)
        one += timedelta(days=1)
    return Streak(days=count, freeze=freeze, today=today in active, longest=longest)


def heatmap(days: Mapping[str, DayRow], today: date, weeks: int = 53) -> list[list[int | None]]:
    """Answers a day as ``weeks`` columns of seven, Monday first; None for days still to come."""
    monday = today - timedelta(days=today.weekday() + 7 * (weeks - 1))
    columns: list[list[int | None]] = []
    for week in range(weeks):
        column: list[int | None] = []
        for weekday in range(7):
            one = monday + timedelta(days=7 * week + weekday)
            row = days.get(one.isoformat())
            column.append(None if one > today else row.answers if row else 0)
        columns.append(column)
    return columns


def time_spent(days: Iterable[DayRow], today: date) -> tuple[int, int]:
    """Milliseconds at work: in the last seven days, and in all."""
    rows = list(days)
    week = sum(row.ms for row in rows if today - timedelta(days=7) < row.day <= today)
    return week, sum(row.ms for row in rows)


def live_misconceptions(states: Iterable[ItemState]) -> list[MetMisconception]:
    """Those that were met and not overcome, latest first.

    A misconception is overcome in an item by being right there on two later days.
    """
    return [one for one in met_misconceptions(states) if not one.overcome]


def met_misconceptions(states: Iterable[ItemState]) -> list[MetMisconception]:
    """All that was ever met, latest first; of one not overcome, the items where it is not."""
    met: dict[str, dict[str, Meeting]] = {}
    for state in states:
        for name, meeting in state.misconceptions.items():
            met.setdefault(name, {})[state.item] = meeting
    found = []
    for name, meetings in met.items():
        live = {item: one for item, one in meetings.items() if one.right_days < OVERCOME_AFTER}
        found.append(_gathered(name, live or meetings))
    return sorted(found, key=lambda one: (one.last, one.event), reverse=True)


def _gathered(name: str, meetings: Mapping[str, Meeting]) -> MetMisconception:
    last = max(meetings.values(), key=lambda meeting: (meeting.last, meeting.event))
    return MetMisconception(
        id=name,
        items=tuple(sorted(meetings)),
        times=sum(meeting.times for meeting in meetings.values()),
        last=last.last,
        event=last.event,
        right_days=min(meeting.right_days for meeting in meetings.values()),
    )


def leeches(cards: Iterable[CardRow]) -> list[str]:
    """Items forgotten again and again, most often forgotten first: back to their lesson."""
    stuck = [card for card in cards if card.lapses >= LEECH_LAPSES]
    return [card.item for card in sorted(stuck, key=lambda card: (-card.lapses, card.item))]
