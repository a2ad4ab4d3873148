"""Proof 6, between the files of a course: what is taught is practised, what is named is met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tutor.content.checks import misconceptions_of
from tutor.content.course import Course
from tutor.content.model import Exercise
from tutor.content.source import ContentError, Problem, open_source
from tutor.text.messages import say

LEAST_QUESTIONS = 3


def check(course: Course) -> Iterator[tuple[str, Problem]]:
    """Objectives that are not practised, and misconceptions that nobody can meet."""
    yield from _objectives(course)
    yield from _misconceptions(course)


def _objectives(course: Course) -> Iterator[tuple[str, Problem]]:
    exercises: Counter[str] = Counter()
    questions: Counter[str] = Counter()
    for item in course.items():
        (exercises if isinstance(item, Exercise) else questions).update(set(item.objectives))
    for entry in course.entries():
        try:
            lesson = course.lesson(entry.id)
        except ContentError:
            continue
        source = open_source(entry.path)
        for number, objective in enumerate(lesson.objectives):
            found = questions[objective.id]
            if not exercises[objective.id] and found < LEAST_QUESTIONS:
                message = say(
                    "validate.unpractised", id=objective.id, found=found, least=LEAST_QUESTIONS
                )
                yield "objective", source.problem(("objectives", number), message)


def _misconceptions(course: Course) -> Iterator[tuple[str, Problem]]:
    if not course.misconceptions:
        return
    met = {name for item in course.items() for _, name in misconceptions_of(item)}
    source = open_source(course.root / "lessons" / "misconceptions.yaml")
    for number, name in enumerate(course.misconceptions):
        if name not in met:
            message = say("validate.unreachable", id=name)
            yield "unreachable", source.problem((number, "id"), message)
