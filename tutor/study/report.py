"""Everything that a learner can be told about their learning, on one day. Pure.

The progress screen and ``tutor progress`` show the same report.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from tutor.store.rows import CardRow, DayRow, ItemState
from tutor.study.choosing import found
from tutor.study.mastery import (
    Calibration,
    Mastery,
    MetMisconception,
    Retention,
    Streak,
    calibration,
    forecast,
    heatmap,
    leeches,
    live_misconceptions,
    mastery,
    retention,
    streak,
    time_spent,
)

if TYPE_CHECKING:
    from tutor.content.loader import Course


class ObjectiveReport(msgspec.Struct, frozen=True):
    """One objective of a lesson, and how well it stands."""

    text: str
    mastery: Mastery


class LessonReport(msgspec.Struct, frozen=True):
    """One lesson: what was done of it, objective by objective."""

    id: str
    alias: str
    title: str
    done: int  # exercises and questions that were right at least once
    items: int
    objectives: tuple[ObjectiveReport, ...]


class Leech(msgspec.Struct, frozen=True):
    """An item forgotten again and again, and the lesson to go back to."""

    item: str
    lesson: str
    lapses: int


class Report(msgspec.Struct, frozen=True):
    """How one learner stands on one study day."""

    day: date
    lessons: tuple[LessonReport, ...]  # those that were opened or answered in
    due: tuple[tuple[date, int], ...]  # today and the next seven days
    retention: Retention
    calibration: Calibration
    streak: Streak
    week_ms: int
    total_ms: int
    heatmap: tuple[tuple[int | None, ...], ...]  # columns of seven days, Monday first
    misconceptions: tuple[MetMisconception, ...]
    leeches: tuple[Leech, ...]

    @property
    def empty(self) -> bool:
        """True when nothing was done yet."""
        return not (self.lessons or self.total_ms or self.calibration.answers)


def report(
    course: Course,
    cards: Mapping[str, CardRow],
    states: Mapping[str, ItemState],
    days: Mapping[str, DayRow],
    seen: Mapping[str, tuple[str, ...]],
    day: date,
) -> Report:
    """The report of ``day``.

    Args:
        course: Lessons that cannot be read are left out; what is known of their items is kept.
        cards: The schedule, by item.
        states: What was done with each item.
        days: What was done on each study day, by ISO date.
        seen: Which steps of each lesson were seen.
        day: The study day.
    """
    week, total = time_spent(days.values(), day)
    lessons = [
        _lesson(course, entry.id, cards, states, day)
        for entry in course.entries()
        if not entry.problems
        and (entry.id in seen or any(item.id in states for item in entry.items))
    ]
    return Report(
        day=day,
        lessons=tuple(lessons),
        due=tuple(forecast(cards.values(), day)),
        retention=retention(cards.values()),
        calibration=calibration(days.values()),
        streak=streak(days.values(), day),
        week_ms=week,
        total_ms=total,
        heatmap=tuple(map(tuple, heatmap(days, day))),
        misconceptions=tuple(live_misconceptions(states.values())),
        leeches=tuple(
            Leech(item, course.lesson_of(item).id, cards[item].lapses)
            for item in leeches(cards.values())
            if found(course, item) is not None
        ),
    )


def _lesson(
    course: Course,
    lesson: str,
    cards: Mapping[str, CardRow],
    states: Mapping[str, ItemState],
    day: date,
) -> LessonReport:
    entry, body = course.entry(lesson), course.lesson(lesson)
    items = [item for known in entry.items if (item := found(course, known.id)) is not None]
    stands = mastery(items, cards, states, day)
    return LessonReport(
        id=entry.id,
        alias=entry.alias,
        title=entry.title,
        done=sum(1 for item in items if item.id in states and states[item.id].passed),
        items=len(items),
        objectives=tuple(
            ObjectiveReport(objective.text, stands[objective.id])
            for objective in body.objectives
            if objective.id in stands
        ),
    )
