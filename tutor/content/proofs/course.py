"""All proofs over a course, or over some of its files."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from tutor.content.course import Course, LessonEntry
from tutor.content.model import (
    Blank,
    Choice,
    Example,
    Exercise,
    Fix,
    Multi,
    Numeric,
    Output,
    Question,
    Shape,
)
from tutor.content.proofs import outputs, refusals, solutions
from tutor.content.proofs.bench import Bench, Finding, Fresh, Tally, Tools
from tutor.content.proofs.cost import prove_cost
from tutor.content.proofs.mutants import mutants
from tutor.content.proofs.mutation import prove_mutants
from tutor.content.proofs.prose import prove_prose
from tutor.content.proofs.tolerance import prove_tolerance
from tutor.content.proofs.written import written
from tutor.content.source import ContentError

Job: TypeAlias = tuple[int, Callable[[Bench], Coroutine[Any, Any, Any]]]  # runs it takes, and it


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
    *,
    files: Collection[Path] | None = None,
    jobs: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Prove a course.

    Args:
        course: The course, loaded.
        tools: What runs code, and what grades answers.
        files: Lesson and quiz files to look at; None for all, and for what holds between them.
        jobs: Submissions on trial at a time.
        progress: Called with how many runs are done, and how many there are about.
    """
    started = time.monotonic()
    todo = list(_jobs(course, files))
    total, done = sum(runs for runs, _ in todo), 0

    def tick(runs: int) -> None:
        nonlocal done
        done += runs
        if progress:
            progress(min(done, total), total)

    bench = Bench(course, tools, jobs, tick)
    bench.findings |= set(written(course, files))
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


def _jobs(course: Course, files: Collection[Path] | None) -> Iterator[Job]:
    for entry in course.entries():
        if files is None or entry.path in files:
            yield from _of_lesson(course, entry)
        if entry.quiz and (files is None or entry.quiz in files):
            yield from _of_quiz(course, entry)


def _of_lesson(course: Course, entry: LessonEntry) -> Iterator[Job]:
    try:
        lesson = course.lesson(entry.id)
    except ContentError:
        return  # its problems are found as those of its form
    yield 1, partial(prove_prose, path=entry.path)
    for number, step in enumerate(lesson.steps):
        if step.example:
            yield 1, partial(_example, entry.id, number, step.example)
        if step.exercise:
            yield _of_item(step.exercise)
        if step.question and not isinstance(step.question, str):
            yield _of_item(step.question)


async def _example(lesson: str, number: int, example: Example, bench: Bench) -> None:
    await outputs.prove_example(bench, lesson, ("steps", number, "example"), example)


def _of_quiz(course: Course, entry: LessonEntry) -> Iterator[Job]:
    try:
        questions = course.questions(entry.id)
    except ContentError:
        return
    assert entry.quiz is not None
    yield 1, partial(prove_prose, path=entry.quiz)
    for question in questions:
        yield _of_item(question)


def _of_item(item: Exercise | Question) -> Job:
    if isinstance(item, Exercise):
        codes = 2 * len(item.misconceptions) + len(item.wrong)
        tried = len(mutants(item.solutions[0], key=item.id)) if _parses(item) else 0
        runs = 3 + 3 * len(item.solutions) + codes + tried
        return runs, partial(prove_exercise, item=item)
    if isinstance(item, Fix):
        runs = 3 + 3 * len(item.solutions) + 2 * len(item.mistakes)
        return runs, partial(prove_fix, item=item)
    runs = isinstance(item, Output | Shape | Numeric) or bool(item.code)
    return int(runs), partial(prove_question, question=item)


def _parses(item: Exercise) -> bool:
    try:
        compile(item.solutions[0], "<solution>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


async def prove_exercise(bench: Bench, item: Exercise) -> None:
    """Everything about one exercise that needs running, in the order of what rests on what."""
    await solutions.prove_starter(bench, item)
    if not await solutions.prove_solutions(bench, item):
        return  # what is refused says nothing where what is right does not pass
    prove_cost(bench, item)
    refused = await refusals.prove_refusals(bench, item)
    await prove_tolerance(bench, item, refused.ended)
    await prove_mutants(bench, item, refused.by)


async def prove_fix(bench: Bench, item: Fix) -> None:
    """The same for a question that is answered by repairing code."""
    await outputs.prove_symptom(bench, item)
    await solutions.prove_broken_code(bench, item)
    if await solutions.prove_solutions(bench, item):
        prove_cost(bench, item)
        await refusals.prove_refusals(bench, item)


async def prove_question(bench: Bench, question: Question) -> None:
    """The key of a question, and the answers it lists."""
    if isinstance(question, Output | Shape):
        await outputs.prove_key(bench, question)
    elif isinstance(question, Numeric):
        await outputs.prove_number(bench, question)
        if question.draw:
            await outputs.prove_draws(bench, question)
    elif isinstance(question, Choice | Multi) and question.code:
        await outputs.prove_options(bench, question)
    if isinstance(question, Output | Shape | Numeric | Blank):
        outputs.prove_answers(bench, question)
