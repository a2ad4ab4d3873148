"""The command line. Each command imports what it needs when it runs; ``--version`` needs nothing.

Exit codes: 0 done, 1 not passed or invalid, 2 usage, 3 our fault.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tutor import __version__
from tutor.cli_author import new, schema, validate
from tutor.cli_drill import drill, open_app
from tutor.cli_progress import COMMANDS
from tutor.context import NOT_PASSED, OUR_FAULT, Context
from tutor.text.messages import say

if TYPE_CHECKING:
    from tutor.content.loader import Course

_GRADES = ("full", "strong", "partial", "basic", "minimal")


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tutor")
@click.option(
    "--course",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Another course: a folder with lessons/ and quizzes/.",
)
@click.option(
    "--strict",
    type=click.Choice(_GRADES),
    help="Run no code where the sandbox enforces less than this grade.",
)
@click.pass_context
def cli(context: click.Context, course: Path | None, strict: str | None) -> None:
    """A terminal tutor for probability, statistics and PyTorch.

    Without a command it opens the app.
    """
    context.obj = Context(course, strict)
    if context.invoked_subcommand is None:
        context.exit(open_app(context.obj))


@cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="The same as data.")
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """List units, lessons, exercises and questions."""
    from tutor import listing

    course = context.course()
    click.echo(listing.as_json(course) if as_json else listing.as_text(course))
    _tell_problems(course)


@cli.command()
@click.argument("item", metavar="ID")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="The whole verdict as one JSON object.")
@click.pass_obj
def check(context: Context, item: str, file: Any, as_json: bool) -> None:
    """Check a solution of exercise ID (or its alias) in FILE, or - for standard input.

    Nothing is recorded.
    """
    from tutor import headless

    course = context.course()
    target = _checkable(course, item)
    source = _source(file)
    sys.exit(headless.check(course, target, source, context.strict, as_json=as_json))


@cli.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--jobs", type=click.IntRange(1, 16), default=2, show_default=True)
@click.pass_obj
def grade(context: Context, folder: Path, jobs: int) -> None:
    """Check every FOLDER/<id or alias>/<any name>.py; one JSON line each, in path order."""
    from tutor import headless

    paths = sorted(path for path in folder.glob("*/*.py") if path.is_file())
    course = context.course()
    targets = {
        name: _checkable(course, name) for name in dict.fromkeys(p.parent.name for p in paths)
    }
    if not paths:
        raise click.UsageError(say("cli.nothing_to_grade", folder=folder))
    sys.exit(headless.grade(course, folder, paths, targets, jobs, context.strict))


@cli.command()
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="The outcome as one JSON object.")
@click.pass_obj
def run(context: Context, file: Any, as_json: bool) -> None:
    """Run FILE (or - for standard input) in the sandbox, ungraded."""
    from tutor import headless

    sys.exit(headless.run(_source(file), context.strict, as_json=as_json))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="The same as data.")
@click.pass_obj
def doctor(context: Context, as_json: bool) -> None:
    """Try the sandbox from inside and say what it enforces on this machine."""
    from tutor import headless

    sys.exit(headless.doctor(context.folders, as_json=as_json))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="The same as data.")
@click.pass_obj
def where(context: Context, as_json: bool) -> None:
    """Say where progress, settings, the log and the course are."""
    from tutor import listing

    click.echo(listing.places(context.folders, context.root, as_json=as_json))


def _checkable(course: Course, item: str) -> Any:
    """The exercise or fix question of that id or alias. Exits with a sentence if there is none."""
    from tutor.content.loader import ContentError, UnknownItem
    from tutor.content.model import Exercise, Fix

    try:
        found = course.item(item)
    except UnknownItem as error:
        raise click.UsageError(str(error)) from None
    except ContentError as error:
        click.echo("\n".join(map(str, error.problems)), err=True)
        sys.exit(NOT_PASSED)
    if not isinstance(found, (Exercise, Fix)):
        raise click.UsageError(say("cli.not_code", item=item, kind=found.kind))
    return found


def _source(file: Any) -> str:
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise click.UsageError(say("cli.not_utf8", name=file.name)) from None


def _tell_problems(course: Course) -> None:
    problems = [*course.problems, *(p for u in course.units for e in u.lessons for p in e.problems)]
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        sys.exit(NOT_PASSED)


for _command in (drill, validate, new, schema, *COMMANDS):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; a fault of ours is one sentence, its details go to the log."""
    try:
        cli(prog_name="tutor")
    except Exception as fault:
        from tutor.crash import log_crash

        click.echo(say("cli.crashed", kind=type(fault).__name__, log=log_crash(fault)), err=True)
        sys.exit(OUR_FAULT)
