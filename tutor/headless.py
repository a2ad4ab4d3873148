"""``tutor check``, ``grade``, ``run`` and ``doctor``: the evaluator without a screen."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tutor.crash import log_file
from tutor.evaluator.client import Evaluator
from tutor.evaluator.outcome import Grade, Outcome, Verdict
from tutor.text.messages import say

if TYPE_CHECKING:
    from tutor.content.course import Course
    from tutor.content.model import Exercise, Fix
    from tutor.paths import Folders

DONE, NOT_PASSED, OUR_FAULT, INTERRUPTED = 0, 1, 3, 130


def check(
    course: Course, item: Exercise | Fix, source: str, strict: Grade | None, *, as_json: bool
) -> int:
    """Print the verdict on one submission; the exit code."""

    async def work(evaluator: Evaluator) -> int:
        verdict = await evaluator.check(item, source)
        click.echo(json.dumps(check_data(item, verdict)) if as_json else verdict_text(verdict))
        return exit_code(verdict)

    return _with_evaluator(work, strict, course)


def run(source: str, strict: Grade | None, *, as_json: bool) -> int:
    """Run a program and print what it prints as it does; the exit code."""

    async def work(evaluator: Evaluator) -> int:
        show = None if as_json else lambda text: click.echo(text, nl=False)
        verdict = await evaluator.run(source, on_output=show)
        if as_json:
            keys = ("outcome", "message", "line", "output", "ms", "sandbox")
            click.echo(json.dumps({key: getattr(verdict, key) for key in keys}))
        elif not verdict.passed:
            click.echo(verdict_text(verdict, output=False), err=True)
        return exit_code(verdict)

    return _with_evaluator(work, strict)


def grade(
    course: Course,
    folder: Path,
    paths: Sequence[Path],
    targets: dict[str, Exercise | Fix],
    jobs: int,
    strict: Grade | None,
) -> int:
    """One JSON line for each submission, in path order, from one warm evaluator."""

    async def work(evaluator: Evaluator) -> int:
        gate = asyncio.Semaphore(jobs)

        async def one(path: Path) -> dict[str, Any]:
            async with gate:
                item = targets[path.parent.name]
                verdict = await _check_file(evaluator, item, path)
                return check_data(item, verdict) | {"path": str(path.relative_to(folder))}

        tasks = [asyncio.ensure_future(one(path)) for path in paths]
        worst = DONE
        bar = click.progressbar(length=len(tasks), file=sys.stderr, label=say("cli.grading"))
        with bar:
            for task in tasks:
                line = await task
                click.echo(json.dumps(line))
                bar.update(1)
                worst = max(worst, _code_of(line["outcome"]))
        return worst

    return _with_evaluator(work, strict, course, rehearse=False)


async def _check_file(evaluator: Evaluator, item: Exercise | Fix, path: Path) -> Verdict:
    try:
        source = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return Verdict(Outcome.ERROR, say("cli.not_utf8", name=path.name))
    return await evaluator.check(item, source, alone=False)


def doctor(folders: Folders, *, as_json: bool) -> int:
    """Print what the sandbox enforces here, tried from inside; the exit code."""
    from tutor.evaluator.confine.doctor import examine, report_json, report_text

    async def work(evaluator: Evaluator) -> int:
        report = await examine(evaluator, folders)
        click.echo(report_json(report) if as_json else report_text(report))
        return OUR_FAULT if report.leaks or report.grade is None else DONE

    return _with_evaluator(work, None)


def check_data(item: Exercise | Fix, verdict: Verdict) -> dict[str, Any]:
    """The JSON of ``check --json``: these keys and no others; other programs rely on them."""
    keys = ("outcome", "probe", "misconception", "message", "line", "output", "ms", "sandbox")
    return {"id": item.id} | {key: getattr(verdict, key) for key in keys}


def verdict_text(verdict: Verdict, *, output: bool = True) -> str:
    """The verdict for a person, first the sentence."""
    parts = [f"{say(f'cli.outcome.{verdict.outcome}')}  {verdict.message}"]
    if verdict.misconception:
        parts.append(say("cli.misconception", id=verdict.misconception))
    difference = verdict.difference
    if difference and (difference.expected or difference.got):
        if difference.where:
            parts.append(f"  {difference.where} ({difference.facet})")
        parts += _labelled(say("cli.expected"), difference.expected)
        parts += _labelled(say("cli.got"), difference.got)
    if difference:
        parts += [
            f"  {text}" for text in (*difference.detail.splitlines(), difference.guess) if text
        ]
    if verdict.call:
        parts += [say("cli.call"), *(f"  {line}" for line in verdict.call.splitlines())]
    parts += [f"  {note}" for note in verdict.notes]
    parts += [text for text in (verdict.traceback, verdict.original) if text]
    if output and verdict.output.strip():
        parts += [say("cli.printed"), verdict.output.rstrip()]
    return "\n".join(parts)


def _labelled(label: str, value: str) -> list[str]:
    """A label, and a value whose further lines stand beneath its first."""
    first, *rest = value.splitlines() or [""]
    return [f"  {label} {first}", *(f"  {' ' * len(label)} {line}" for line in rest)]


def exit_code(verdict: Verdict) -> int:
    """0 passed, 3 our fault, 1 anything else."""
    return _code_of(verdict.outcome)


def _code_of(outcome: str) -> int:
    return {Outcome.PASSED: DONE, Outcome.INTERNAL: OUR_FAULT}.get(Outcome(outcome), NOT_PASSED)


def _with_evaluator(
    work: Any, strict: Grade | None, course: Course | None = None, *, rehearse: bool = True
) -> int:
    async def whole() -> int:
        evaluator = Evaluator(strict=strict, rehearse=rehearse)
        evaluator.place = course.place if course else None
        try:
            await evaluator.start()
            return int(await work(evaluator))
        finally:
            await evaluator.close()

    logging.basicConfig(filename=log_file(), level=logging.WARNING)
    return _interruptible(whole())


def _interruptible(work: Coroutine[Any, Any, int]) -> int:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        return INTERRUPTED
