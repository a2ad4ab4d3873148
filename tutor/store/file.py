"""Opening the progress file: pragmas, transactions, and what SQLite's errors mean for a person."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_MS = 5000

# Damage, as opposed to a disk that is full, read-only or slow.
DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Damaged(sqlite3.DatabaseError):
    """What SQLite read without complaint cannot be what was written."""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to an existing file, with this project's settings.

    DELETE journal and not WAL: a WAL file cannot be opened on a read-only disk, and SQLite before
    3.51.3 can lose writes of a second connection when the log is reset. EXTRA also syncs the
    folder after the journal is deleted, so that an acknowledged answer survives a power cut.

    Raises:
        sqlite3.Error: When the file cannot be opened; Damaged when its schema is no text.
    """
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_MS / 1000,
        isolation_level=None,  # we say BEGIN IMMEDIATE ourselves
        check_same_thread=False,  # the store has its own lock
    )
    try:
        settle(connection)
        if not read_only:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA synchronous = EXTRA")
    except UnicodeDecodeError as error:  # SQLite's own complaint quotes bytes that are no text
        connection.close()
        raise Damaged(f"{path.name}: {error}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def in_memory() -> sqlite3.Connection:
    """An empty place to read from where there is no file."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    settle(connection)
    return connection


def settle(connection: sqlite3.Connection) -> None:
    """Settings that every connection of ours has."""
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA recursive_triggers = ON")  # else REPLACE slips past the triggers
    connection.execute("PRAGMA temp_store = MEMORY")  # a full disk must not stop a read


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A write transaction: all of it or nothing.

    IMMEDIATE, because a transaction that starts by reading and then writes fails at once, without
    waiting, when another process wrote in between.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_damage(error: sqlite3.Error) -> bool:
    """True when the file itself is broken."""
    code = getattr(error, "sqlite_errorcode", None)
    # Bytes that are no text come as an error without a code.
    unreadable = isinstance(error, Damaged) or "decode to UTF-8" in str(error)
    return unreadable or (code is not None and code & 0xFF in DAMAGE)


def reason(error: BaseException) -> str:
    """Which of the catalogue's reasons fits: full, readonly, busy, or other."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return {
            sqlite3.SQLITE_FULL: "full",
            sqlite3.SQLITE_READONLY: "readonly",
            sqlite3.SQLITE_BUSY: "busy",
            sqlite3.SQLITE_LOCKED: "busy",
        }.get(code & 0xFF, "other")
    if isinstance(error, OSError):
        return {
            errno.ENOSPC: "full",
            errno.EDQUOT: "full",
            errno.EROFS: "readonly",
            errno.EACCES: "readonly",
            errno.EPERM: "readonly",
        }.get(error.errno or 0, "other")
    return "other"


def identity(path: Path) -> tuple[int, int] | None:
    """Which file is at ``path`` now; None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def writable(path: Path) -> bool:
    """Whether ``path`` may be written, as the system says; right for a read-only mount too."""
    return os.access(path, os.W_OK)
