"""``tutor validate``: the proofs, the real evaluator, and what is printed."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tutor.content.loader import ContentError, Course, UnknownItem, load_course
from tutor.content.proofs.course import Report, Scope, prove
from tutor.content.proofs.found import Finding
from tutor.content.proofs.handed import Tools
from tutor.content.proofs.rewrite import rewrite
from tutor.crash import log_file
from tutor.evaluator.client import Evaluator
from tutor.study.grading import grade
from tutor.text.messages import say

DONE, NOT_PROVED, USAGE, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 130


class NotOfACourse(Exception):
    """A path that leads to no lesson or quiz."""


@dataclass(frozen=True)
class Wish:
    """What the command line asks for."""

    path: str = ""  # a course, a folder in it, a lesson or quiz file; or the id of an item
    jobs: int = 2  # submissions on trial at a time
    seeds: int = 3  # under how many each solution must pass
    as_json: bool = False
    write: bool = False  # refresh stored outputs in the files


def validate(root: Path, wish: Wish) -> int:
    """Prove a course or a part of it, print what was found; the exit code.

    ``root`` is the course to prove where the wish names none.
    """
    logging.basicConfig(filename=log_file(), level=logging.WARNING)
    try:
        report = asyncio.run(_prove(*chosen(root, wish.path), wish))
        if report and wish.write and report.fresh:
            count = rewrite(report.fresh)
            click.echo(say("validate.report.written", n=count), err=True)
            # What was refreshed is proved like anything else.
            report = asyncio.run(_prove(*chosen(root, wish.path), wish))
    except NotOfACourse as error:
        click.echo(str(error), err=True)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    if report is None:
        click.echo(say("validate.report.no_evaluator", log=log_file()), err=True)
        return OUR_FAULT
    click.echo(json.dumps(as_data(report)) if wish.as_json else as_text(report))
    return NOT_PROVED if report.findings else DONE


def chosen(root: Path, name: str) -> tuple[Course, Scope]:
    """The course that a path or an id belongs to, and the part of it that is meant.

    Raises NotOfACourse.
    """
    if not name:
        return load_course(root), Scope()
    path = Path(name).resolve()
    if not path.exists():
        return _item(load_course(root), name)
    if path.is_dir() and (path / "lessons").is_dir():
        return load_course(path), Scope()
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
    return course, Scope(files)


def _item(course: Course, name: str) -> tuple[Course, Scope]:
    try:
        return course, Scope(item=course.item(name).id)
    except UnknownItem as error:
        raise NotOfACourse(say("validate.report.no_such", name=name, why=error)) from None
    except ContentError as error:
        raise NotOfACourse(str(error)) from None


async def _prove(course: Course, scope: Scope, wish: Wish) -> Report | None:
    evaluator = Evaluator(rehearse=False)
    try:
        await evaluator.start()
        if not await evaluator.ready():
            return None
        label = say("validate.report.progress")
        with click.progressbar(length=1, file=sys.stderr, label=label) as bar:
            tools, progress = Tools(evaluator, grade), _shown_on(bar)
            return await prove(
                course, tools, scope, jobs=wish.jobs, seeds=wish.seeds, progress=progress
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
