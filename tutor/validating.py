"""``tutor validate``: the proofs, the real evaluator, and what is printed."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import click

from tutor.content.loader import Course, load_course
from tutor.content.proofs.bench import Finding, Tools
from tutor.content.proofs.course import Report, prove
from tutor.content.proofs.rewrite import rewrite
from tutor.crash import log_file
from tutor.evaluator.client import Evaluator
from tutor.study.grading import grade
from tutor.text.messages import say

DONE, NOT_PROVED, USAGE, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 130


class NotOfACourse(Exception):
    """A path that leads to no lesson or quiz."""


def validate(
    root: Path, path: Path | None, *, jobs: int, as_json: bool, write: bool = False
) -> int:
    """Prove a course or a part of it, print what was found; the exit code.

    Args:
        root: The course to prove where ``path`` is None.
        path: A course's folder, a folder in it, or one lesson or quiz file.
        jobs: Submissions on trial at a time.
        as_json: One JSON object instead of lines.
        write: Refresh stored outputs in the files.
    """
    logging.basicConfig(filename=log_file(), level=logging.WARNING)
    try:
        course, files = chosen(root, path)
    except NotOfACourse as error:
        click.echo(str(error), err=True)
        return USAGE
    try:
        report = asyncio.run(_prove(course, files, jobs))
    except KeyboardInterrupt:
        return INTERRUPTED
    if report is None:
        click.echo(say("validate.report.no_evaluator", log=log_file()), err=True)
        return OUR_FAULT
    if write and report.fresh:
        count = rewrite(report.fresh)
        click.echo(say("validate.report.written", n=count), err=True)
        course, files = chosen(root, path)  # what was refreshed is proved like anything else
        report = asyncio.run(_prove(course, files, jobs)) or report
    click.echo(json.dumps(as_data(report)) if as_json else as_text(report))
    return NOT_PROVED if report.findings else DONE


def chosen(root: Path, path: Path | None) -> tuple[Course, frozenset[Path] | None]:
    """The course that a path belongs to, and the files of it that are meant; None for all.

    Raises NotOfACourse.
    """
    if path is None:
        return load_course(root), None
    path = path.resolve()
    if path.is_dir() and (path / "lessons").is_dir():
        return load_course(path), None
    folder = path if path.is_dir() else path.parent
    kinds = [up for up in (folder, *folder.parents) if up.name in ("lessons", "quizzes")]
    if not kinds:
        raise NotOfACourse(say("validate.report.elsewhere", path=path))
    course = load_course(kinds[0].parent)
    all_files = {
        file for entry in course.entries() for file in (entry.path, entry.quiz) if file is not None
    }
    files = frozenset(file for file in all_files if path in (file, *file.parents))
    if not files:
        raise NotOfACourse(say("validate.report.nothing_here", path=path))
    return course, files


async def _prove(course: Course, files: Collection[Path] | None, jobs: int) -> Report | None:
    evaluator = Evaluator()
    try:
        await evaluator.start()
        if not await evaluator.ready():
            return None
        with click.progressbar(
            length=1, file=sys.stderr, label=say("validate.report.progress")
        ) as bar:
            return await prove(
                course,
                Tools(evaluator, grade),
                files=files,
                jobs=jobs,
                progress=_shown_on(bar),
            )
    finally:
        await evaluator.close()


def _shown_on(bar: Any) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        bar.length = total
        bar.update(done - bar.pos)

    return progress


def as_data(report: Report) -> dict[str, Any]:
    """The report for other programs."""
    tallies = report.tallies
    return {
        "findings": [_finding_data(one) for one in report.findings],
        "warnings": [_finding_data(one) for one in report.warnings],
        "totals": {
            "seconds": round(report.seconds, 2),
            "mutants": sum(one.mutants for one in tallies.values()),
            "killed": sum(one.killed for one in tallies.values()),
            "equivalent": sum(one.equivalent for one in tallies.values()),
            "survivors": {item: one.survivors for item, one in tallies.items() if one.survivors},
            "exercises": {
                item: {"pass_ms": min(one.ms, default=0), "seconds": round(one.seconds, 2)}
                for item, one in tallies.items()
            },
        },
    }


def _finding_data(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "file": str(finding.path),
        "line": finding.line,
        "column": finding.column,
        "item": finding.item,
        "message": finding.message,
    }


def as_text(report: Report) -> str:
    """The report for a person: what is not proved, then the slips that live."""
    lines = [_placed(one) for one in report.findings]
    lines += [say("validate.report.warning", finding=_placed(one)) for one in report.warnings]
    listed = {one.item for one in report.findings if one.rule == "mutation"}
    for item, tally in report.tallies.items():
        if tally.survivors and item not in listed:
            count = len(tally.survivors)
            lines.append(
                say("validate.report.lived", item=item, count=count, mutants=tally.mutants)
            )
            lines += [say("validate.report.survivor", edit=edit) for edit in tally.survivors]
    seconds = f"{report.seconds:.1f}"
    if report.findings:
        lines.append(say("validate.report.found", n=len(report.findings), seconds=seconds))
    else:
        data = as_data(report)["totals"]
        share = f"{data['killed'] / data['mutants']:.1%}" if data["mutants"] else "-"
        lines.append(
            say(
                "validate.report.clean",
                n=report.proofs,
                mutants=data["mutants"],
                killed=data["killed"],
                share=share,
                seconds=seconds,
            )
        )
    return "\n".join(lines)


def _placed(finding: Finding) -> str:
    """A finding with its path as short as it can be from here."""
    path = os.path.relpath(finding.path)
    shown = str(finding.path) if path.startswith("..") else path
    return str(finding).replace(str(finding.path), shown, 1)
