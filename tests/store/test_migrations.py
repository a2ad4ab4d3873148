"""Files of older versions, and what a kill in the middle of a migration leaves."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
from pathlib import Path

import pytest
from storing import Open, rebuilt_is_the_same

from tutor.paths import Folders
from tutor.store import opening, schema
from tutor.store.db import open_store
from tutor.store.events import NewEvent
from tutor.study.schedule import project

SCHEMAS = sorted(Path(__file__).with_name("schemas").glob("version-*.sql"))

# What a later version may want: a table, a column, an index, all the rows touched.
LATER = (
    "CREATE TABLE note (item TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "INSERT INTO note SELECT item, max(id) FROM event GROUP BY item",
    "ALTER TABLE draft ADD COLUMN rev INTEGER NOT NULL DEFAULT 1",
    "CREATE INDEX event_by_time ON event (at_ms)",
    "DELETE FROM derived",
)


def file_of(script: Path, folders: Folders) -> None:
    """A progress file as a version of the past wrote it."""
    folders.data.mkdir(parents=True)
    connection = sqlite3.connect(folders.progress)
    connection.executescript(script.read_text(encoding="utf-8"))
    connection.close()


def test_there_is_a_file_of_every_version() -> None:
    assert [int(path.stem.removeprefix("version-")) for path in SCHEMAS] == list(
        range(1, schema.VERSION + 1)
    )


@pytest.mark.parametrize("script", SCHEMAS, ids=lambda path: path.stem)
def test_a_file_of_any_version_opens_with_every_event(
    script: Path, folders: Folders, open_: Open
) -> None:
    file_of(script, folders)
    before = sqlite3.connect(folders.progress)
    kept = before.execute("SELECT id, crc FROM event ORDER BY id").fetchall()
    before.close()
    store = open_()
    assert store.health.recording
    assert store.health.message == ""
    assert [(event.id, event.crc) for event in store.events()] == kept
    assert len(kept) >= 5
    assert all(event.intact() for event in store.events())
    store.record(NewEvent("answer", "q1", {"right": True}))
    rebuilt_is_the_same(store)


def in_a_child(work: object) -> None:
    """Run ``work`` in a forked process, which may be killed in it."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            work()  # type: ignore[operator]
        os._exit(0)
    os.waitpid(child, 0)


def migrating(folders: Folders, killed_after: int) -> None:
    """Open the file as a later version does, and be killed after so many statements."""

    def later(connection: sqlite3.Connection) -> None:
        for number, statement in enumerate(LATER):
            if number == killed_after:
                os.kill(os.getpid(), signal.SIGKILL)
            connection.execute(statement)
        if killed_after == len(LATER):
            os.kill(os.getpid(), signal.SIGKILL)

    schema.MIGRATIONS = (*schema.MIGRATIONS, later)
    schema.VERSION = opening.VERSION = len(schema.MIGRATIONS)
    open_store(folders, project=project).close()


@pytest.mark.parametrize("killed_after", range(len(LATER) + 2))
def test_a_kill_in_a_migration_leaves_the_old_schema_or_the_new(
    folders: Folders, killed_after: int
) -> None:
    with open_store(folders, project=project) as store:
        for n in range(8):
            store.record(NewEvent("answer", f"q{n % 3}", {"right": n % 2 == 0, "given": str(n)}))
        kept = [(event.id, event.crc) for event in store.events()]

    in_a_child(lambda: migrating(folders, killed_after))

    connection = sqlite3.connect(folders.progress)
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    found = connection.execute("SELECT id, crc FROM event ORDER BY id").fetchall()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert found == kept
    assert version == (2 if killed_after > len(LATER) else 1)
    assert ("note" in tables) == (version == 2)  # all of it or nothing
    (copy,) = folders.backups.glob("*-before-v2.db")
    beside = sqlite3.connect(copy)
    assert beside.execute("PRAGMA user_version").fetchone()[0] == 1
    assert beside.execute("SELECT id, crc FROM event ORDER BY id").fetchall() == kept
    beside.close()
    with open_store(folders, project=project) as store:  # this version: as before, or read only
        assert [(event.id, event.crc) for event in store.events()] == kept
        assert store.health.recording == (version == 1)
