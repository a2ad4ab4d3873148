"""Each kind of file of a course, read whole: structs, or every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from tutor.content.checks import Finding, check_lesson, check_misconceptions, check_quiz
from tutor.content.computed import shown
from tutor.content.convert import convert
from tutor.content.model import CourseHead, Lesson, Misconception, Quiz
from tutor.content.source import ContentError, Problem, Source, Trail, open_source

T = TypeVar("T")


def worded(part: T) -> T:
    """The one door through which all text of a course passes on its way to a reader.

    Values that the author had computed (``{{1 / 3 = 0.33}}``) are shown as they are stored. A
    second language can be laid over here, by the ids inside ``part``; today the author's own words
    pass as they are.
    """
    return shown(part)


def read_lesson(path: Path) -> Lesson:
    """Return a lesson file's lesson, or raise ContentError with all its problems."""
    return _whole(path, lesson_from)


def read_quiz(path: Path) -> Quiz:
    """Return a quiz file's quiz, or raise ContentError with all its problems."""
    return _whole(path, quiz_from)


def read_template(path: Path, trail: Trail) -> Any:
    """Return the question at ``trail`` of a lesson or quiz file with its computed values unfilled.

    The file has been read before and found in order.
    """
    source, problems = open_source(path), list[Problem]()
    whole: type[Quiz] | type[Lesson] = Quiz if trail[0] == "questions" else Lesson
    part: Any = convert(source, source.root, whole, problems)
    for step in trail:
        part = part[step] if isinstance(step, int) else getattr(part, step)
    return part


def read_misconceptions(path: Path) -> tuple[Misconception, ...]:
    """Return the registry of misconceptions, or raise ContentError with all its problems."""
    return _whole(path, _misconceptions_from)


def lesson_from(source: Source, problems: list[Problem]) -> Lesson | None:
    """Return the lesson of a composed file; None, with the problems added, if it has any."""
    return _checked(source, problems, convert(source, source.root, Lesson, problems), check_lesson)


def quiz_from(source: Source, problems: list[Problem]) -> Quiz | None:
    """Return the quiz of a composed file; None, with the problems added, if it has any."""
    return _checked(source, problems, convert(source, source.root, Quiz, problems), check_quiz)


def head_from(source: Source, problems: list[Problem]) -> CourseHead | None:
    """Return the head of a course; None, with the problems added, if it has any."""
    head = convert(source, source.root, CourseHead, problems)
    return None if head is None else worded(head)


def _misconceptions_from(
    source: Source, problems: list[Problem]
) -> tuple[Misconception, ...] | None:
    registry: Any = convert(source, source.root, Misconception, problems, many=True)
    return _checked(source, problems, registry, check_misconceptions)


def _checked(
    source: Source,
    problems: list[Problem],
    made: T | None,
    check: Callable[[T], Iterable[Finding]],
) -> T | None:
    if made is None:
        return None
    found = [source.problem(trail, message) for trail, message in check(made)]
    problems.extend(found)
    return None if found else worded(made)


def _whole(path: Path, read: Callable[[Source, list[Problem]], T | None]) -> T:
    problems: list[Problem] = []
    made = read(open_source(path), problems)
    if made is None:
        raise ContentError(problems)
    return made
