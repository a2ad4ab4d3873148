"""Everything about a course that is told without running code: form, and proof 6."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from tutor.content.checks import items_of
from tutor.content.course import LessonEntry
from tutor.content.model import Exercise, Lesson, Quiz
from tutor.content.proofs import coverage, exercises, lessons, questions
from tutor.content.proofs.bench import Bench
from tutor.content.references import check_course
from tutor.content.source import ContentError, Source, Trail, open_source


def check_written(bench: Bench, files: Collection[Path] | None) -> None:
    """Find what is wrong in ``files``; None: in all, and between them."""
    course = bench.course
    for problem in check_course(course):
        if files is None or problem.path in files:
            bench.find_at("form", problem)
    for entry in course.entries():
        _check_lesson(bench, entry, files)
        _check_quiz(bench, entry, files)
    if files is None:
        for rule, problem in coverage.check(course):
            bench.find_at(rule, problem)


def _check_lesson(bench: Bench, entry: LessonEntry, files: Collection[Path] | None) -> None:
    if files is not None and entry.path not in files:
        return
    try:
        lesson = bench.course.lesson(entry.id)
    except ContentError:
        return  # told as a fault of its form
    source = open_source(entry.path)
    _tell(bench, source, "", (), lessons.check(lesson))
    _check_body(bench, source, lesson, entry.alias)


def _check_quiz(bench: Bench, entry: LessonEntry, files: Collection[Path] | None) -> None:
    if entry.quiz is None or (files is not None and entry.quiz not in files):
        return
    try:
        quiz = Quiz(entry.id, bench.course.questions(entry.id))
    except ContentError:
        return
    _check_body(bench, open_source(entry.quiz), quiz, entry.alias)


def _check_body(bench: Bench, source: Source, body: Lesson | Quiz, alias: str) -> None:
    _tell(bench, source, "", (), lessons.check_formulas(source))
    _tell(bench, source, "", (), lessons.check_aliases(body, alias))
    for trail, item in items_of(body):
        found = exercises.check(item) if isinstance(item, Exercise) else questions.check(item)
        _tell(bench, source, item.alias or item.id, trail, found)


def _tell(
    bench: Bench, source: Source, item: str, before: Trail, faults: Iterable[exercises.Fault]
) -> None:
    for fault in faults:
        trail = (*before, *fault.trail)
        bench.find_at(fault.rule, source.problem(trail, fault.message, line=fault.line), item)
