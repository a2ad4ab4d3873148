"""From a path to a connection that can be trusted, whatever was found there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from tutor.paths import Folders, private_folder
from tutor.store import reads, safety
from tutor.store.file import connect, identity, in_memory, is_damage, reason, writable
from tutor.store.safety import sound
from tutor.store.schema import APPLICATION_ID, VERSION, create, migrate
from tutor.text.messages import say

HEADER = b"SQLite format 3\x00"
LOCK_SECONDS = 10.0


class Distrust(Enum):
    """What to make of a file that is there."""

    NONE = 0  # SQLite's quick check tells enough
    LOOK = 1  # something could not be read: look at every event, and rebuild
    GIVE_UP = 2  # still not: bring back what is left, from everywhere


@dataclass(frozen=True)
class Opened:
    """A connection, and how far it goes."""

    connection: sqlite3.Connection
    recording: bool
    message: str = ""
    identity: tuple[int, int] | None = None
    suspect: bool = False  # a journal was left behind, or events were brought back: look closely


def open_progress(folders: Folders, now: datetime, *, distrust: Distrust = Distrust.NONE) -> Opened:
    """Open, create, migrate or bring back the progress file. Never raises for what it finds.

    Args:
        folders: Where the file and its copies are.
        now: For the name of a file that has to be moved aside.
        distrust: How far the file is to be doubted, because of what was met while it was in use.
    """
    try:
        private_folder(folders.data)
        with alone(folders.data / ".lock"):
            return _open(folders, now, distrust)
    except (OSError, sqlite3.Error) as error:
        return _read_only(folders.progress, say(f"store.unwritable.{reason(error)}"))


def _open(folders: Folders, now: datetime, distrust: Distrust) -> Opened:
    path = folders.progress
    if not writable(folders.data) or (path.exists() and not writable(path)):
        return _read_only(path, say("store.unwritable.readonly"))
    journal = path.with_name(f"{path.name}-journal")
    suspect = journal.exists() or distrust is Distrust.LOOK
    trouble = look(path) or ("damaged" if distrust is Distrust.GIVE_UP else None)
    if trouble is None:
        try:
            connection, trouble = _checked(path, folders, now, suspect)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            trouble = "damaged"
        if trouble is None:
            return Opened(connection, True, "", identity(path), suspect)
    if trouble == "newer":
        return _read_only(path, say("store.newer"))
    from tutor.store import recovery  # not needed on the days when all is well

    message = recovery.bring_back(folders, trouble, now)
    connection = connect(path)
    migrate(connection)
    return Opened(connection, True, message, identity(path), suspect=True)


def look(path: Path) -> str | None:
    """What is wrong with the file before SQLite is asked: None, missing, empty or foreign."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return "missing"
    if not header:
        return "empty"
    # Bytes 68-71 hold the application id: SQLite's own check is content with any database.
    ours = header[68:72] == APPLICATION_ID.to_bytes(4, "big")
    return None if header.startswith(HEADER) and ours else "foreign"


def _checked(
    path: Path, folders: Folders, now: datetime, suspect: bool
) -> tuple[sqlite3.Connection, str | None]:
    connection = connect(path)
    trouble: str | None = None
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            trouble = "newer"
        elif not sound(connection, thorough=suspect or bool(reads.meta(connection, "suspect"))):
            trouble = "damaged"
        elif version < VERSION:
            safety.backup(connection, folders.backups, now, note=f"before-v{VERSION}")
            migrate(connection)
    except BaseException:
        connection.close()
        raise
    if trouble is not None:
        connection.close()
    return connection, trouble


def _read_only(path: Path, message: str) -> Opened:
    """The best view of the file that needs no write, or an empty one."""
    try:
        if path.exists():
            connection = connect(path, read_only=True)
            try:
                # A journal left behind cannot be rolled back here; this is where SQLite says so.
                connection.execute("SELECT count(*) FROM event").fetchone()
                return Opened(connection, False, message, identity(path))
            except (sqlite3.Error, UnicodeDecodeError):
                connection.close()
                from tutor.store import recovery

                copied = recovery.copy_in_memory(path)
                if copied is not None:
                    return Opened(copied, False, message, identity(path))
    except (OSError, sqlite3.Error):
        pass  # the message already says that nothing is recorded
    connection = in_memory()
    create(connection)
    return Opened(connection, False, message)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time opens, migrates or brings back; skipped where locks cannot be had."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while time.monotonic() < deadline:
            # Some network file systems have no locks; SQLite's own still stand there.
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(0.02)
        yield
    finally:
        os.close(handle)
