"""The progress file's tables, and how older files become current ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

# "TuTo"; a zero-length or foreign file passes SQLite's own check, but not this one.
APPLICATION_ID = 0x5475546F

VERSION_1 = """
CREATE TABLE event (
    id TEXT PRIMARY KEY,
    device TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    v INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    tz_min INTEGER NOT NULL,
    day TEXT NOT NULL,
    item TEXT NOT NULL,
    item_rev INTEGER NOT NULL,
    body TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
-- Not unique: a folder copied bit by bit to a second machine must still merge without loss.
CREATE INDEX event_by_device ON event (device, seq);
CREATE INDEX event_by_item ON event (item, id);
CREATE INDEX event_by_day ON event (day, id);
CREATE INDEX event_by_kind ON event (kind, id);
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER event_is_never_replaced BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'events are never replaced'); END;

-- Rows that follow from the events; may be dropped and rebuilt at any time.
CREATE TABLE derived (
    fold TEXT NOT NULL,
    key TEXT NOT NULL,
    row TEXT NOT NULL,
    PRIMARY KEY (fold, key)
) STRICT, WITHOUT ROWID;

-- The text in the editor, saved as it is typed: the latest wins, and it is no event, because an
-- event at every pause in typing would make the log mostly keystrokes. A submission appends it
-- to the log as a `draft` event, so that export and merge carry what was handed in.
CREATE TABLE draft (
    item TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    cursor_row INTEGER NOT NULL,
    cursor_column INTEGER NOT NULL,
    output TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Facts about this file on this machine; never exported.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""


def create(connection: sqlite3.Connection) -> None:
    """The tables of version 1, inside the caller's transaction."""
    for statement in statements(VERSION_1):
        connection.execute(statement)


def statements(script: str) -> list[str]:
    """The statements of a script one by one: ``executescript`` would commit behind our back."""
    found: list[str] = []
    gathered = ""
    for line in script.splitlines(keepends=True):
        gathered += line
        if sqlite3.complete_statement(gathered):
            found.append(gathered)
            gathered = ""
    return found


# Step n brings a file of version n - 1 to version n.
MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (create,)
VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> bool:
    """Bring the file to ``VERSION`` in one transaction; True when there was something to do.

    Two processes may come here at once: the version is read again under the write lock.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for step in MIGRATIONS[version:]:
            step(connection)
        if version < VERSION:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return bool(version < VERSION)
