"""All proofs over a course, or over a part of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tutor.content.course import Course, LessonEntry
from tutor.content.model import Example
from tutor.content.proofs.bench import Bench
from tutor.content.proofs.found import Finding, Fresh, Tally
from tutor.content.proofs.handed import Tools
from tutor.content.proofs.items import Job, job_of
from tutor.content.proofs.outputs import prove_example
from tutor.content.proofs.prose import prove_prose
from tutor.content.proofs.written import written
from tutor.content.source import ContentError


@dataclass(frozen=True)
class Scope:
    """Which part of a course is proved; without either all of it, and what holds between files."""

    files: frozenset[Path] | None = None  # lesson and quiz files
    item: str = ""  # the id of one exercise or question


@dataclass(frozen=True)
class Report:
    """What the proofs came to. Nothing is in ``findings`` where everything is proved."""

    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    fresh: tuple[Fresh, ...]
    tallies: dict[str, Tally]
    seconds: float
    proofs: int  # exercises, questions, examples and files of prose


async def prove(
    course: Course,
    tools: Tools,
    scope: Scope | None = None,
    *,
    jobs: int = 2,
    seeds: int = 3,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Prove a course.

    Args:
        course: The course, loaded.
        tools: What runs code, and what grades answers.
        scope: The part that is meant; all of it by default.
        jobs: Submissions on trial at a time.
        seeds: Under how many seeds each solution must pass.
        progress: Called with how many runs are done, and how many there are about.
    """
    started = time.monotonic()
    scope = scope or Scope()
    todo = list(_jobs(course, scope, seeds))
    total, done = sum(runs for runs, _ in todo), 0

    def tick(runs: int) -> None:
        nonlocal done
        done += runs
        if progress:
            progress(min(done, total), total)

    bench = Bench(course, tools, jobs, seeds=seeds, tick=tick)
    bench.findings |= set(_written(course, scope))
    # Few at a time, so that an exercise is done soon after it is begun.
    gate = asyncio.Semaphore(jobs)

    async def one(job: Job) -> None:
        async with gate:
            await job[1](bench)

    async with asyncio.TaskGroup() as group:
        for job in todo:
            group.create_task(one(job))
    if progress:
        progress(total, total)
    return Report(
        tuple(sorted(bench.findings)),
        tuple(sorted(bench.warnings)),
        tuple(bench.fresh),
        bench.tallies,
        time.monotonic() - started,
        len(todo),
    )


def _written(course: Course, scope: Scope) -> Iterator[Finding]:
    if not scope.item:
        yield from written(course, scope.files)
        return
    entry, item = course.lesson_of(scope.item), course.item_entry(scope.item)
    path = entry.quiz if item.in_quiz and entry.quiz else entry.path
    for finding in written(course, {path}):
        if finding.item in (item.alias, item.id):
            yield finding


def _jobs(course: Course, scope: Scope, seeds: int) -> Iterator[Job]:
    if scope.item:
        yield job_of(course.item(scope.item), seeds)
        return
    for entry in course.entries():
        if scope.files is None or entry.path in scope.files:
            yield from _of_lesson(course, entry, seeds)
        if entry.quiz and (scope.files is None or entry.quiz in scope.files):
            yield from _of_quiz(course, entry, entry.quiz, seeds)
    if scope.files is None and course.misconceptions:
        yield 1, partial(prove_prose, path=course.root / "lessons" / "misconceptions.yaml")


def _of_lesson(course: Course, entry: LessonEntry, seeds: int) -> Iterator[Job]:
    try:
        lesson = course.lesson(entry.id)
    except ContentError:
        return  # its problems are found as those of its form
    yield 1, partial(prove_prose, path=entry.path)
    for number, step in enumerate(lesson.steps):
        if step.example:
            yield 1, partial(_example, entry.id, number, step.example)
        if step.exercise:
            yield job_of(step.exercise, seeds)
        if step.question and not isinstance(step.question, str):
            yield job_of(step.question, seeds)


async def _example(lesson: str, number: int, example: Example, bench: Bench) -> None:
    await prove_example(bench, lesson, ("steps", number, "example"), example)


def _of_quiz(course: Course, entry: LessonEntry, path: Path, seeds: int) -> Iterator[Job]:
    try:
        questions = course.questions(entry.id)
    except ContentError:
        return
    yield 1, partial(prove_prose, path=path)
    for question in questions:
        yield job_of(question, seeds)
