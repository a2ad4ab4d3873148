"""Everything about a course that is told without running code: form, and proof 6. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from tutor.content.checks import items_of
from tutor.content.course import Course, LessonEntry
from tutor.content.model import Exercise, Lesson, Quiz
from tutor.content.proofs import coverage, exercises, lessons, questions
from tutor.content.proofs.found import Fault, Finding
from tutor.content.references import check_course
from tutor.content.source import ContentError, Problem, Source, Trail, open_source


def written(course: Course, files: Collection[Path] | None = None) -> Iterator[Finding]:
    """What is wrong in ``files``; None: in all, and between them."""
    for problem in check_course(course):
        if files is None or problem.path in files:
            yield _finding("form", problem)
    for entry in course.entries():
        if files is None or entry.path in files:
            yield from _of_lesson(course, entry)
        if entry.quiz and (files is None or entry.quiz in files):
            yield from _of_quiz(course, entry, entry.quiz)
    if files is None:
        for rule, problem in coverage.check(course):
            yield _finding(rule, problem)


def _of_lesson(course: Course, entry: LessonEntry) -> Iterator[Finding]:
    try:
        lesson = course.lesson(entry.id)
    except ContentError:
        return  # told as a fault of its form
    source = open_source(entry.path)
    yield from _placed(source, "", (), lessons.check(lesson))
    yield from _of_body(source, lesson, entry.alias)


def _of_quiz(course: Course, entry: LessonEntry, path: Path) -> Iterator[Finding]:
    try:
        quiz = Quiz(entry.id, course.questions(entry.id))
    except ContentError:
        return
    yield from _of_body(open_source(path), quiz, entry.alias)


def _of_body(source: Source, body: Lesson | Quiz, alias: str) -> Iterator[Finding]:
    yield from _placed(source, "", (), lessons.check_formulas(source))
    yield from _placed(source, "", (), lessons.check_stars(source))
    yield from _placed(source, "", (), lessons.check_unfinished(source))
    yield from _placed(source, "", (), lessons.check_aliases(body, alias))
    for trail, item in items_of(body):
        found = exercises.check(item) if isinstance(item, Exercise) else questions.check(item)
        yield from _placed(source, item.alias or item.id, trail, found)


def _placed(source: Source, item: str, before: Trail, faults: Iterable[Fault]) -> Iterator[Finding]:
    for fault in faults:
        problem = source.problem((*before, *fault.trail), fault.message, line=fault.line)
        yield _finding(fault.rule, problem, item)


def _finding(rule: str, problem: Problem, item: str = "") -> Finding:
    return Finding(problem.path, problem.line, problem.column, rule, item, problem.message)
