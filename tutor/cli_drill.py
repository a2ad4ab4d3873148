"""The drill on the command line, and the app: what is opened in a terminal."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tutor.context import USAGE, Context
from tutor.text.messages import say

if TYPE_CHECKING:
    from tutor.content.loader import Course
    from tutor.study.session import Mode


def open_app(context: Context, drill: Mode | None = None) -> int:
    """Open the app, at a drill where one is given; return the exit status."""
    # Textual draws on the terminal and would wait for ever without one.
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        click.echo(say("cli.no_terminal"), err=True)
        return USAGE
    from tutor.tui.app import run_app

    return run_app(context.root, context.folders, strict=context.strict, drill=drill)


@click.command()
@click.option("--plain", is_flag=True, help="Plain text on standard input and output.")
@click.option("--weakest", is_flag=True, help="What is weakest, due or not.")
@click.option("--unit", metavar="ID", help="Practise one unit.")
@click.option("--lesson", metavar="ID", help="Practise one lesson.")
@click.option("--objective", metavar="ID", help="Practise one objective.")
@click.option("--misconception", metavar="ID", help="Practise what can show a wrong idea.")
@click.option(
    "--exam",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="First what will be weakest on that day.",
)
@click.option(
    "--cap", type=click.IntRange(1, 500), metavar="N", help="Most items; the setting if left out."
)
@click.pass_obj
def drill(
    context: Context,
    plain: bool,
    weakest: bool,
    unit: str | None,
    lesson: str | None,
    objective: str | None,
    misconception: str | None,
    exam: datetime | None,
    cap: int | None,
) -> None:
    """Review what is due today, or practise what you choose."""
    from tutor.study.session import Cram, Due

    mode: Mode = Due()
    if weakest or unit or lesson or objective or misconception or exam:
        course = context.course()
        mode = Cram(
            unit=_unit(course, unit) if unit else "",
            lesson=_lesson(course, lesson) if lesson else "",
            objective=_objective(course, objective) if objective else "",
            misconception=_misconception(course, misconception) if misconception else "",
            exam=exam.date() if exam else None,
        )
    if not plain:
        sys.exit(open_app(context, mode))
    from tutor.drill_plain import run_plain_drill

    sys.exit(run_plain_drill(context.course(), context.folders, mode=mode, cap=cap))


def _unit(course: Course, name: str) -> str:
    from tutor.content.loader import UnknownItem

    try:
        return course.unit(name).id
    except UnknownItem as error:
        raise click.UsageError(str(error)) from None


def _lesson(course: Course, name: str) -> str:
    from tutor.content.loader import UnknownItem

    try:
        return course.entry(name).id
    except UnknownItem as error:
        raise click.UsageError(str(error)) from None


def _objective(course: Course, name: str) -> str:
    known = [objective for item in course.items() for objective in item.objectives]
    return _known(name, known, "cli.no_objective")


def _misconception(course: Course, name: str) -> str:
    return _known(name, list(course.misconceptions), "cli.no_misconception")


def _known(name: str, known: list[str], key: str) -> str:
    if name in known:
        return name
    import difflib

    near = next(iter(difflib.get_close_matches(name, known, n=1)), "")
    hint = say("cli.did_you_mean", near=near) if near else ""
    raise click.UsageError(say(key, name=name, hint=hint).strip())
