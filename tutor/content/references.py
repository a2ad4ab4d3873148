"""What must hold between the files of a course: every id that is named must be somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tutor.content.checks import check_objectives, items_of, misconceptions_of
from tutor.content.course import Course, LessonEntry
from tutor.content.model import Lesson, Quiz
from tutor.content.phrases import nearest
from tutor.content.source import ContentError, Problem, Source, open_source
from tutor.text.messages import say


def check_course(course: Course) -> tuple[Problem, ...]:
    """Return every problem of a course, in its files and between them. Opens all bodies."""
    found = set(course.problems)
    lessons: list[tuple[LessonEntry, Lesson]] = []
    for entry in course.entries():
        found.update(entry.problems)
        try:
            lessons.append((entry, course.lesson(entry.id)))
        except ContentError as error:
            found.update(error.problems)
    needed = {name for name, (_, item) in course.names.items() if item is None}
    whole = len(lessons) == len(list(course.entries()))
    needed |= {objective.id for _, lesson in lessons for objective in lesson.objectives}
    for entry, lesson in lessons:
        source = open_source(entry.path)
        if whole:  # an objective that seems to be missing may be that of a broken lesson
            found.update(_requires(source, lesson, needed))
        found.update(_misconceptions(source, lesson, course.misconceptions))
        found.update(_quiz(course, entry, [one.id for one in lesson.objectives]))
    found.update(_registry(course))
    return tuple(sorted(found))


def _requires(source: Source, lesson: Lesson, known: Collection[str]) -> Iterator[Problem]:
    """A lesson may require a lesson, or an objective of one."""
    for number, name in enumerate(lesson.requires):
        if name.casefold() not in known:
            message = say("content.no_requirement", id=name, near=nearest(name, known))
            yield source.problem(("requires", number), message)


def _quiz(course: Course, entry: LessonEntry, objectives: Sequence[str]) -> Iterator[Problem]:
    if entry.quiz is None:
        return
    try:
        quiz = Quiz(entry.id, course.questions(entry.id))
    except ContentError as error:
        yield from error.problems
        return
    source = open_source(entry.quiz)
    yield from _misconceptions(source, quiz, course.misconceptions)
    for trail, item in items_of(quiz):
        for inner, message in check_objectives(item, objectives):
            yield source.problem((*trail, *inner), message)


def _misconceptions(
    source: Source, body: Lesson | Quiz, known: Collection[str]
) -> Iterator[Problem]:
    for trail, item in items_of(body):
        for inner, name in misconceptions_of(item):
            if name not in known:
                message = say("content.no_misconception", id=name, near=nearest(name, known))
                yield source.problem((*trail, *inner), message)


def _registry(course: Course) -> Iterator[Problem]:
    """Lessons that the registry of misconceptions names, and that the course does not have."""
    if not course.misconceptions:
        return
    source = open_source(course.root / "lessons" / "misconceptions.yaml")
    lessons = {name for name, (_, item) in course.names.items() if item is None}
    for number, one in enumerate(course.misconceptions.values()):
        if one.lesson.casefold() not in lessons:
            message = say(
                "content.no_requirement", id=one.lesson, near=nearest(one.lesson, lessons)
            )
            yield source.problem((number, "lesson"), message)
