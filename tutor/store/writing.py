"""What one write transaction does. The caller holds the transaction."""

from __future__ import annotations

import hashlib
import os
import platform
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tutor.store import derive, reads
from tutor.store.events import (
    ATTEMPT,
    DRAFT,
    PLACE,
    RESET,
    REVIEW,
    STEP,
    UNDO,
    Event,
    NewEvent,
    canonical,
    new_id,
    sealed,
    study_day,
)
from tutor.store.rows import Draft, Merged, Projector

BODY_VERSION = 1


def merge(connection: sqlite3.Connection, folds: Projector, events: Iterable[Event]) -> Merged:
    """Add what is not here yet: a union on id, so order and repetition make no difference.

    An id is here with another checksum only when a file was edited or is damaged; both sides keep
    what they have, and say so.
    """
    ours = dict(connection.execute("SELECT id, crc FROM event").fetchall())
    theirs: dict[str, Event] = {}
    differing: set[str] = set()
    broken: set[str] = set()
    known: set[str] = set()
    for event in sorted(events, key=lambda event: (event.id, event.crc)):
        if not event.intact():
            broken.add(event.id)
        elif ours.get(event.id, event.crc) != event.crc:
            differing.add(event.id)
        elif event.id in ours:
            known.add(event.id)
        elif theirs.setdefault(event.id, event).crc != event.crc:
            differing.add(event.id)
    derive.insert(connection, theirs.values())
    if theirs:
        rebuild(connection, folds)
    return Merged(len(theirs), len(known), tuple(sorted(differing)), tuple(sorted(broken)))


def append(
    connection: sqlite3.Connection, folds: Projector, new: Sequence[NewEvent]
) -> list[Event]:
    """Write ``new`` (each with its time) and carry it into the derived rows; return its events.

    One by one, so that a review or an undo may speak of what was written just before it.
    """
    if not new:
        return []
    _keep_folds_true(connection, folds)
    device = _device(connection)
    written: list[Event] = []
    for event in new:
        for draft in _drafts_before(connection, event):
            _append_one(connection, folds, device, draft)
        written.append(_append_one(connection, folds, device, event))
    return written


def _append_one(
    connection: sqlite3.Connection, folds: Projector, device: str, new: NewEvent
) -> Event:
    (last,) = connection.execute("SELECT coalesce(max(id), '') FROM event").fetchone()
    (seq,) = connection.execute(
        "SELECT coalesce(max(seq), 0) FROM event WHERE device = ?", (device,)
    ).fetchone()
    assert new.at is not None
    at_ms = _milliseconds(new.at)
    offset = new.at.utcoffset() or timedelta()
    item, body = _completed(connection, new)
    event = sealed(
        Event(
            id=new_id(at_ms, last),
            device=device,
            seq=seq + 1,
            kind=new.kind,
            v=BODY_VERSION,
            at_ms=at_ms,
            tz_min=int(offset.total_seconds() // 60),
            day=study_day(new.at),
            item=item,
            item_rev=new.item_rev,
            body=body,
        )
    )
    derive.insert(connection, [event])
    derive.add(connection, folds, [event])
    if event.kind == RESET:
        connection.execute("DELETE FROM draft WHERE item = ?", (event.item,))
    return event


def _completed(connection: sqlite3.Connection, new: NewEvent) -> tuple[str, dict[str, Any]]:
    """Item and body with what the store knows better than the caller."""
    # Through JSON and back: what is returned is what a later read will give.
    body: dict[str, Any] = msgspec.json.decode(_canonical(new.body))
    if new.kind in (STEP, PLACE):
        return new.item or str(body.get("lesson", "")), body
    if new.kind == REVIEW and "of" not in body:
        body["of"] = reads.state_row(connection, new.item).last_event
    if new.kind == UNDO and "event" not in body:
        body["event"] = reads.last_undoable(connection, new.item)
    return new.item, body


def _canonical(body: dict[str, Any]) -> bytes:
    try:
        return canonical(body)
    except UnicodeEncodeError:
        return canonical(_clean(body))


def clean(text: str) -> str:
    """The text without half characters, which a terminal can send and no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(one) for key, one in value.items()}
    return [*map(_clean, value)] if isinstance(value, list | tuple) else value


def _drafts_before(connection: sqlite3.Connection, new: NewEvent) -> list[NewEvent]:
    """The text that is handed in, or about to be thrown away, where the log does not have it."""
    if new.kind not in (ATTEMPT, RESET):
        return []
    row = reads.working_draft(connection, new.item)
    if row is None or reads.is_logged(connection, row):
        return []
    return [NewEvent(DRAFT, new.item, draft_body(row), new.item_rev, new.at)]


def draft_body(draft: Draft) -> dict[str, Any]:
    """The body of a draft event."""
    return {"text": draft.text, "cursor": list(draft.cursor)}


def save_drafts(connection: sqlite3.Connection, drafts: Iterable[Draft], now: datetime) -> None:
    """Write the working copies; the latest wins."""
    connection.executemany(
        "INSERT OR REPLACE INTO draft (item, text, cursor_row, cursor_column, output, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            (draft.item, draft.text, *draft.cursor, draft.output, _milliseconds(now))
            for draft in drafts
        ),
    )


def rename(connection: sqlite3.Connection, folds: Projector, names: Mapping[str, str]) -> None:
    """Keep the new names, and the rows under them."""
    _set_meta(connection, "renamed", canonical(dict(names)).decode())
    for old, new in names.items():
        # A text that is there under the new name already is the later one.
        connection.execute("UPDATE OR IGNORE draft SET item = ? WHERE item = ?", (new, old))
    rebuild(connection, folds)


def rebuild(connection: sqlite3.Connection, folds: Projector) -> None:
    """Make the derived rows anew, and note which folds made them."""
    derive.rebuild(connection, folds)
    _set_meta(connection, "folds", _versions(folds))


def up_to_date(connection: sqlite3.Connection, folds: Projector) -> bool:
    """True when every fold's rows are there, made by this version of it."""
    kept = msgspec.json.decode(reads.meta(connection, "folds") or "{}")
    return all(kept.get(fold.name) == fold.version for fold in folds)


def _keep_folds_true(connection: sqlite3.Connection, folds: Projector) -> None:
    """Rows of folds that do not see this write are out of date from now on: forget them.

    So a process without the study's folds (a plain `tutor check`) cannot leave a stale schedule
    behind; whoever opens with all folds next makes it anew.
    """
    if reads.meta(connection, "folds") != _versions(folds):
        if up_to_date(connection, folds):
            _set_meta(connection, "folds", _versions(folds))
        else:
            rebuild(connection, folds)


def suspect(connection: sqlite3.Connection) -> None:
    """Have the next start look at every event."""
    _set_meta(connection, "suspect", "yes")


def _versions(folds: Projector) -> str:
    return canonical({fold.name: fold.version for fold in folds}).decode()


def _device(connection: sqlite3.Connection) -> str:
    """This device's id; a new one where the file was copied to another machine or restored.

    Otherwise two machines would count on under one name, or a restored file would use numbers
    again that another machine has already seen.
    """
    seat = _seat(connection)
    known = reads.meta(connection, "device")
    if known and reads.meta(connection, "seat") == seat:
        return known
    device = os.urandom(6).hex()
    _set_meta(connection, "device", device)
    _set_meta(connection, "seat", seat)
    return device


def _seat(connection: sqlite3.Connection) -> str:
    """Which file on which machine this is, hashed: an export shall not carry a host's name."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    inode = 0
    if path:
        inode = os.stat(path).st_ino
    text = f"{platform.node()}/{inode}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def clock_ahead(
    connection: sqlite3.Connection, now: datetime, tolerance_ms: int
) -> datetime | None:
    """The time of the latest event when it lies well after ``now``; None when all is well."""
    row = connection.execute("SELECT at_ms FROM event ORDER BY id DESC LIMIT 1").fetchone()
    if row is None or row[0] <= _milliseconds(now) + tolerance_ms:
        return None
    return datetime.fromtimestamp(row[0] / 1000, UTC).astimezone(now.tzinfo)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
