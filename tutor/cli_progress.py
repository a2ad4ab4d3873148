"""The commands over the learner's progress: look at it, move it, copy it, start anew."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutor.context import DONE, NOT_PASSED, Context
from tutor.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.store.transfer import Imported

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The same as data.")
@click.pass_obj
def progress(context: Context, as_json: bool) -> None:
    """Show how you stand: mastery, what is due, retention, calibration, streak."""
    from tutor import progress_text
    from tutor.store.db import local_now
    from tutor.store.events import study_day
    from tutor.study.report import report

    course = context.course()
    with closing(context.store()) as store:
        _tell_health(store.health.message)
        found = report(
            course,
            store.cards(),
            store.states(),
            store.days(),
            store.seen_steps(),
            study_day(local_now()),
        )
    click.echo(progress_text.as_json(found) if as_json else progress_text.as_text(found, course))


@click.command()
@click.argument("file", type=_FILE)
@click.option("--csv", "form", flag_value="csv", help="A table for spreadsheets.")
@click.option("--anki", "form", flag_value="anki", help="Cards for Anki, of what you have met.")
@click.pass_obj
def export(context: Context, file: Path, form: str | None) -> None:
    """Write all progress to FILE, lossless, in the form that `tutor import` reads."""
    from tutor.store import transfer

    def write(path: Path) -> str:
        with closing(context.store()) as store:
            if form == "anki":
                from tutor.anki import export_anki

                number = export_anki(context.course(), store, path)
                return say("progress.exported.anki", n=number, path=path)
            writer = transfer.export_csv if form == "csv" else transfer.export_jsonl
            return say("progress.exported.jsonl", n=writer(store, path), path=path)

    _writing("progress.exported.failed", file, write)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_(context: Context, file: Path) -> None:
    """Add the progress of FILE, an export of this or another machine, to what is here.

    Records are joined, so the order does not matter and doing it twice changes nothing.
    """
    from tutor.store.db import NotSaved
    from tutor.store.transfer import import_jsonl

    with closing(context.store()) as store:
        try:
            imported = import_jsonl(store, file)
        except NotSaved as error:
            _fail(str(error))
        except OSError as error:
            _fail(say("progress.imported.failed", path=file, why=error.strerror))
    problems = _import_problems(imported)
    merged = imported.merged
    click.echo(say("progress.imported.done", n=merged.added))
    if merged.known:
        click.echo(say("progress.imported.known", n=merged.known))
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(NOT_PASSED if problems else DONE)


def _import_problems(imported: Imported) -> list[str]:
    merged = imported.merged
    problems = [
        say(f"progress.imported.{name}", n=len(ids), ids=_some(ids))
        for name, ids in (("differing", merged.differing), ("broken", merged.broken))
        if ids
    ]
    lines = imported.unreadable
    if lines:
        text = _some(tuple(map(str, lines)))
        problems.append(say("progress.imported.unreadable", n=len(lines), lines=text))
    return problems


def _some(names: tuple[str, ...], most: int = 5) -> str:
    return ", ".join(names[:most]) + (" ..." if len(names) > most else "")


@click.command()
@click.argument("file", type=_FILE, required=False)
@click.pass_obj
def backup(context: Context, file: Path | None) -> None:
    """Write a checked copy of the progress file, to FILE or among the rotated backups."""

    def write(path: Path) -> str:
        with closing(context.store()) as store:
            return say("progress.backup.done", path=store.backup(file))

    _writing("progress.backup.failed", file or context.folders.backups, write)


@click.command()
@click.argument("what", metavar="ITEM|UNIT|all", required=False)
@click.option("--undo", is_flag=True, help="Take the last reset back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def reset(context: Context, what: str | None, undo: bool, yes: bool) -> None:
    """Start an exercise, a question, a lesson, a unit or everything anew. Nothing is deleted."""
    from tutor.store import transfer
    from tutor.store.db import NotSaved

    if not undo and not what:
        raise click.UsageError(say("progress.reset.what"))
    items = None if undo or what == "all" else _items(context, str(what))
    with closing(context.store()) as store:
        try:
            if undo:
                back = transfer.undo_reset(store)
                click.echo(
                    say("progress.reset.undone", n=len(back))
                    if back
                    else say("progress.reset.no_undo")
                )
                return
            touched = [one for one in store.touched() if items is None or one in items]
            if not touched:
                click.echo(say("progress.reset.nothing"))
                return
            if not yes:
                click.confirm(say("progress.reset.sure", n=len(touched)), abort=True)
            click.echo(say("progress.reset.done", n=len(transfer.reset(store, items))))
        except NotSaved as error:
            _fail(str(error))


def _items(context: Context, name: str) -> set[str]:
    """Ids of what belongs to a unit, a lesson or an item; drafts of drills included."""
    from tutor.content.loader import UnknownItem

    course = context.course()
    for unit in course.units:
        if name.casefold() in (unit.id.casefold(), unit.alias.casefold()):
            lessons = list(unit.lessons)
            break
    else:
        try:
            lessons = [course.entry(name)]
        except UnknownItem:
            try:
                item = course.item_entry(name).id
            except UnknownItem as error:
                raise click.UsageError(str(error)) from None
            return {item, f"{item}#drill"}
    ids = {entry.id for entry in lessons} | {item.id for one in lessons for item in one.items}
    return ids | {f"{one}#drill" for one in ids}


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def wipe(context: Context, yes: bool) -> None:
    """Delete all progress for good, backups included."""
    from tutor.store.transfer import everything
    from tutor.store.transfer import wipe as delete

    files = everything(context.folders)
    if not files:
        click.echo(say("progress.wipe.nothing"))
        return
    if not yes:
        folder = context.folders.data
        click.confirm(say("progress.wipe.sure", n=len(files), folder=folder), abort=True)
    try:
        click.echo(say("progress.wipe.done", n=len(delete(context.folders))))
    except OSError as error:
        _fail(say("progress.wipe.busy", why=error))


def _writing(failed: str, path: Path, write: Callable[[Path], str]) -> None:
    """Say what ``write`` says, or why it could not."""
    import sqlite3

    from tutor.store.db import NotSaved
    from tutor.store.safety import BackupFailed

    try:
        click.echo(write(path))
    except ModuleNotFoundError as error:
        if error.name != "genanki":
            raise
        _fail(say("progress.exported.anki_missing"))
    except NotSaved as error:
        _fail(str(error))
    except (OSError, sqlite3.Error, BackupFailed) as error:
        _fail(say(failed, path=path, why=getattr(error, "strerror", None) or error))


def _tell_health(message: str) -> None:
    if message:
        click.echo(message, err=True)


def _fail(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(NOT_PASSED)


COMMANDS: tuple[click.Command, ...] = (progress, export, import_, backup, reset, wipe)
