"""What an author asks of the command line: proofs, schemas, something to fill in."""

from __future__ import annotations

import os
import sys

import click

from tutor.context import Context


@click.command()
@click.argument("path", default="", metavar="[PATH]")
@click.option("--json", "as_json", is_flag=True, help="What was found, as one JSON object.")
@click.option("--write", is_flag=True, help="Refresh stored outputs in the files.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=lambda: min(8, os.cpu_count() or 2),
    show_default="one for each core",
    help="Submissions on trial at a time.",
)
@click.option(
    "--seeds",
    type=click.IntRange(2, 1000),
    default=3,
    show_default=True,
    help="Under how many seeds each solution must pass.",
)
@click.pass_obj
def validate(
    context: Context, path: str, as_json: bool, write: bool, jobs: int, seeds: int
) -> None:
    """Prove a course through the real evaluator.

    PATH is a course, a folder in it, a lesson or quiz file, or the id or alias of an exercise or
    question; without it the whole course is proved. Solutions pass, misconceptions are refused by
    name, slips are refused, stored outputs are what runs. Whatever is not proved is told with its
    file, line and column.
    """
    from tutor import validating

    wish = validating.Wish(path, jobs=jobs, seeds=seeds, as_json=as_json, write=write)
    sys.exit(validating.validate(context.root, wish))


@click.command()
@click.argument(
    "kind", type=click.Choice(["lesson", "quiz", "course", "misconceptions"]), default="lesson"
)
def schema(kind: str) -> None:
    """Print the JSON schema of a kind of file, by which editors complete YAML."""
    from tutor import authoring

    sys.exit(authoring.print_schema(kind))


@click.command()
@click.argument("kind", type=click.Choice(["lesson", "quiz", "exercise"]))
@click.argument("name")
@click.pass_obj
def new(context: Context, kind: str, name: str) -> None:
    r"""Make a lesson, a quiz or an exercise to fill in; nothing is written over.

    \b
    tutor new lesson tensors.doubling      a file of unit tensors
    tutor new exercise T9.double-it        a step at the end of lesson T9
    tutor new quiz T9                      the quiz file of lesson T9
    """
    from tutor import authoring

    sys.exit(authoring.make(kind, context.root, name))
