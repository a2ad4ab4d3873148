"""Copies made while all is well: the mirror of plain lines, and rotated backups."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tutor.paths import private_folder, sync_folder
from tutor.store import derive
from tutor.store.events import Event, from_line, to_line
from tutor.store.file import connect, is_damage, transaction
from tutor.store.schema import APPLICATION_ID

KEPT = 7  # daily backups
KEPT_BEFORE = 3  # ... and those made before a migration
STAMP = "%Y%m%dT%H%M%S%fZ"  # in the name of a backup; sorts as time does


class BackupFailed(Exception):
    """A backup was written, and what is in it is not what was to be kept."""


def append_mirror(connection: sqlite3.Connection, path: Path) -> int:
    """Append the events that the mirror does not have yet; return how many those were.

    The write lock is held meanwhile, so that two apps closing at once do not interleave. A crash
    between the append and the commit leaves lines twice, which a union on id does not mind.

    Raises:
        OSError: When the mirror cannot be written.
        sqlite3.Error: When its mark cannot.
    """
    with transaction(connection):
        done = _mark(connection, path)
        query = f"SELECT {derive.COLUMNS}, rowid FROM event WHERE rowid > ? ORDER BY rowid"
        lines: list[str] = []
        last = done
        for row in connection.execute(query, (done,)):
            lines.append(to_line(derive.to_event(row)))
            last = row[-1]
        if lines or not path.exists():
            size = _append(path, lines, fresh=done == 0)
            mark = msgspec.json.encode((last, size)).decode()
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('mirrored', ?)", (mark,))
    return len(lines)


def unmirrored(connection: sqlite3.Connection, path: Path) -> int:
    """How many events only the progress file has."""
    (last,) = connection.execute("SELECT coalesce(max(rowid), 0) FROM event").fetchone()
    return int(last) - _mark(connection, path)


def _mark(connection: sqlite3.Connection, path: Path) -> int:
    """Row number of the last mirrored event; 0 when the mirror has to be written anew."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'mirrored'").fetchone()
    if row is None or not path.exists():
        return 0
    last, size = msgspec.json.decode(row[0], type=tuple[int, int])
    return last if path.stat().st_size >= size else 0


def _append(path: Path, lines: list[str], *, fresh: bool) -> int:
    """Append to the mirror, or replace it as a whole; return its size."""
    private_folder(path.parent)
    target = path.with_name(f".{path.name}.new") if fresh else path
    flags = os.O_RDWR | os.O_CREAT | (os.O_TRUNC if fresh else os.O_APPEND)
    with os.fdopen(os.open(target, flags, 0o600), "r+b" if fresh else "a+b") as file:
        text = "".join(f"{line}\n" for line in lines).encode()
        if not fresh and not _ends_with_line(file.fileno()):
            text = b"\n" + text  # a line torn by a crash must not swallow the next one
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    if fresh:
        target.replace(path)
        sync_folder(path.parent)
    return size


def _ends_with_line(handle: int) -> bool:
    size = os.fstat(handle).st_size
    return size == 0 or os.pread(handle, 1, size - 1) == b"\n"


def read_mirror(path: Path) -> Iterator[Event]:
    """The events of a mirror or an export that are whole; torn lines are passed over."""
    try:
        with path.open("rb") as file:
            for line in file:
                try:
                    yield from_line(line)
                except (ValueError, msgspec.MsgspecError):
                    continue
    except OSError:
        return


def backup(connection: sqlite3.Connection, folder: Path, now: datetime, *, note: str = "") -> Path:
    """Copy the whole file through SQLite's backup interface, open the copy and check it.

    Raises:
        BackupFailed: When the copy is not sound.
        OSError: When the copy cannot be written.
        sqlite3.Error: Likewise.
    """
    private_folder(folder)
    stamp = now.astimezone(UTC).strftime(STAMP)
    path = folder / f"progress-{stamp}{f'-{note}' if note else ''}.db"
    write_copy(connection, path)
    _rotate(folder)
    return path


def write_copy(connection: sqlite3.Connection, path: Path) -> None:
    """Write a checked copy to ``path``, which is whole or not there.

    Raises:
        BackupFailed: When the copy is not sound.
        OSError: When the copy cannot be written.
        sqlite3.Error: Likewise.
    """
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        copy = sqlite3.connect(unfinished, isolation_level=None)
        try:
            connection.backup(copy)
        finally:
            copy.close()
        _verify(unfinished, _count(connection))
        unfinished.replace(path)
        sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def sound(connection: sqlite3.Connection, *, thorough: bool) -> bool:
    """SQLite's own look at the file's structure, and a look at each event where asked.

    The thorough look is for what SQLite cannot see: a bit that flipped inside a text, or a
    journal that was damaged itself before it was rolled back into the file.
    """
    check = "integrity_check(1)" if thorough else "quick_check(1)"
    if connection.execute(f"PRAGMA {check}").fetchone()[0] != "ok":
        return False
    try:
        return not thorough or all(event.intact() for event in derive.select(connection))
    except sqlite3.Error as error:
        if is_damage(error):
            return False
        raise


def _verify(path: Path, count: int) -> None:
    copy = connect(path, read_only=True)
    try:
        (application,) = copy.execute("PRAGMA application_id").fetchone()
        (check,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if application != APPLICATION_ID or check != "ok" or _count(copy) < count:
            raise BackupFailed(f"{path.name}: {check}")
    finally:
        copy.close()


def _count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM event").fetchone()[0])


def backups(folder: Path) -> list[Path]:
    """All backups, newest first; the name tells the time."""
    return sorted(folder.glob("progress-*.db"), reverse=True)


def is_due(folder: Path, now: datetime) -> bool:
    """True when the newest backup is a day old, or there is none."""
    newest = next(iter(backups(folder)), None)
    return newest is None or _made(newest) + timedelta(days=1) <= now


def _made(backup: Path) -> datetime:
    """When a backup was made, by its name: copying a folder changes the times of its files."""
    stamp = backup.stem.split("-")[1]
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _rotate(folder: Path) -> None:
    found = backups(folder)
    before = [path for path in found if "-before-" in path.name]
    daily = [path for path in found if path not in before]
    for path in (*daily[KEPT:], *before[KEPT_BEFORE:]):
        path.unlink(missing_ok=True)
