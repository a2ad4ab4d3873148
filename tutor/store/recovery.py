"""When the progress file is damaged or gone: set it aside, and gather what is left elsewhere."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tutor.paths import Folders, sync_folder
from tutor.store import derive, safety
from tutor.store.events import Event
from tutor.store.file import Damaged, connect, in_memory, transaction
from tutor.store.schema import migrate
from tutor.text.messages import say

DRAFT_COLUMNS = "item, text, cursor_row, cursor_column, output, at_ms"


def bring_back(folders: Folders, trouble: str, now: datetime) -> str:
    """Put a sound file where a damaged or missing one was; return what to tell the learner.

    The union of what can still be read of the damaged file, the mirror and every backup: each
    event proves itself by its checksum, so no source has to be trusted as a whole. Nothing that
    was found is deleted.

    Args:
        folders: Where the file and its copies are.
        trouble: ``missing``, ``empty``, ``damaged`` or ``foreign``.
        now: For the name of what is moved aside.

    Raises:
        OSError: When the new file cannot be written; the old one is then still in its place.
        sqlite3.Error: Likewise.
    """
    path = folders.progress
    events: dict[str, Event] = {}
    drafts: dict[str, tuple[Any, ...]] = {}
    for source in (path, *safety.backups(folders.backups)):
        if source.exists():
            found, texts = salvage(source)
            events.update((event.id, event) for event in found if event.id not in events)
            for text in texts:
                if text[0] not in drafts or drafts[text[0]][-1] < text[-1]:
                    drafts[text[0]] = text
    for event in safety.read_mirror(folders.mirror):
        events.setdefault(event.id, event)
    unfinished = _written(path, events.values(), drafts.values())
    aside = _set_aside(path, trouble, now)
    _into_place(unfinished, path)
    if trouble == "missing" and not events:
        return ""  # the first start
    return say(f"store.recovered.{trouble}", n=len(events), aside=aside)


def salvage(path: Path) -> tuple[list[Event], list[tuple[Any, ...]]]:
    """The whole events and the drafts that can still be read from a file, however broken.

    Works on a copy: opening a file with its journal rolls the journal back, and a torn journal
    could make what is there worse.
    """
    with tempfile.TemporaryDirectory(prefix="tutor-salvage-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        found = _read(copy)
        journal = path.with_name(f"{path.name}-journal")
        if journal.exists():
            with contextlib.suppress(OSError):
                shutil.copyfile(path, copy)
                shutil.copyfile(journal, copy.with_name(f"{copy.name}-journal"))
                rolled_back = _read(copy)
                known = {event.id for event in found[0]}
                found[0].extend(event for event in rolled_back[0] if event.id not in known)
                found = (found[0], rolled_back[1] or found[1])
    return found


def _read(path: Path) -> tuple[list[Event], list[tuple[Any, ...]]]:
    try:
        connection = connect(path)
    except sqlite3.Error:
        return [], []
    try:
        events = [event for event in _events(connection) if event.intact()]
        drafts: list[tuple[Any, ...]] = []
        with contextlib.suppress(sqlite3.Error):
            for row in connection.execute(f"SELECT {DRAFT_COLUMNS} FROM draft"):
                drafts.append(row)  # one by one: the rows before a bad page are good
        return events, drafts
    finally:
        connection.close()


def _events(connection: sqlite3.Connection) -> Iterator[Event]:
    """From both ends up to the first bad page, then row by row what lies between."""
    query = f"SELECT {derive.COLUMNS}, rowid FROM event"
    first = 0
    for row in _while_readable(connection, f"{query} ORDER BY rowid"):
        first = row[-1]
        yield from _decoded(row)
    last = first + 1
    for row in _while_readable(connection, f"{query} WHERE rowid > {first} ORDER BY rowid DESC"):
        last = row[-1]
        yield from _decoded(row)
    for number in range(first + 1, last):
        for row in _while_readable(connection, f"{query} WHERE rowid = {number}"):
            yield from _decoded(row)


def _while_readable(connection: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
        yield from connection.execute(query)


def _decoded(row: tuple[Any, ...]) -> Iterator[Event]:
    with contextlib.suppress(Damaged):
        yield derive.to_event(row)


def _written(path: Path, events: Iterable[Event], drafts: Iterable[tuple[Any, ...]]) -> Path:
    """A new, complete file beside ``path``."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    for leftover in path.parent.glob(f".{path.name}.*.new*"):
        leftover.unlink(missing_ok=True)  # of a start that was killed; the opener's lock is held
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        connection = connect(unfinished)
        try:
            migrate(connection)
            with transaction(connection):
                derive.insert(connection, sorted(events, key=lambda event: event.id))
                connection.executemany(
                    f"INSERT INTO draft ({DRAFT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", drafts
                )
        finally:
            connection.close()
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished


def _set_aside(path: Path, trouble: str, now: datetime) -> str:
    """Move the file and its journal out of the way; return the new name."""
    name = f"{path.name}.{trouble}-{now.astimezone(UTC):%Y%m%dT%H%M%S%f}"
    for suffix in ("-journal", ""):
        found = path.with_name(path.name + suffix)
        if found.exists():
            found.rename(path.with_name(name + suffix))
    return name


def _into_place(unfinished: Path, path: Path) -> None:
    """Give the finished file its name, unless another process was first."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    except OSError:
        unfinished.replace(path)  # a file system without links
    unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


def copy_in_memory(path: Path) -> sqlite3.Connection | None:
    """The file as it is once its journal is rolled back, for a disk that cannot be written."""
    try:
        with tempfile.TemporaryDirectory(prefix="tutor-read-") as folder:
            copy = Path(folder) / path.name
            for suffix in ("", "-journal"):
                found = path.with_name(path.name + suffix)
                if found.exists():
                    shutil.copyfile(found, copy.with_name(copy.name + suffix))
            source = connect(copy)
            try:
                source.execute("SELECT count(*) FROM event").fetchone()
                target = in_memory()
                source.backup(target)
                return target
            finally:
                source.close()
    except (OSError, sqlite3.Error):
        return None
