"""Derived rows: added to event by event, or made anew; the same bytes either way.

Every function here works inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec

from tutor.store.events import UNDO, Event, canonical, living, undone
from tutor.store.file import Damaged
from tutor.store.rows import Fold, Projector

COLUMNS = "id, device, seq, kind, v, at_ms, tz_min, day, item, item_rev, body, crc"

Row = TypeVar("Row", bound=msgspec.Struct)

_body = msgspec.json.Decoder(dict[str, Any])


def to_event(row: Sequence[Any]) -> Event:
    """The event of one row of ``COLUMNS``; raises Damaged when it cannot be one."""
    try:
        return _event(row)
    except (ValueError, TypeError, OverflowError) as error:
        raise Damaged(f"event {row[0]!r}: {error}") from error


def _event(row: Sequence[Any]) -> Event:
    return Event(
        id=row[0],
        device=row[1],
        seq=row[2],
        kind=row[3],
        v=row[4],
        at_ms=row[5],
        tz_min=row[6],
        day=date.fromisoformat(row[7]),
        item=row[8],
        item_rev=row[9],
        body=_body.decode(row[10]),
        crc=row[11],
    )


def insert(connection: sqlite3.Connection, events: Iterable[Event]) -> None:
    """Append ``events`` to the log, as they are."""
    connection.executemany(
        f"INSERT INTO event ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(event.id, event.device, event.seq, event.kind, event.v, event.at_ms),
                *(event.tz_min, event.day.isoformat(), event.item, event.item_rev),
                *(canonical(event.body).decode(), event.crc),
            )
            for event in events
        ),
    )


def select(
    connection: sqlite3.Connection, where: str = "", values: Sequence[Any] = ()
) -> Iterator[Event]:
    """Events in order of id."""
    query = f"SELECT {COLUMNS} FROM event {where} ORDER BY id"
    return map(to_event, connection.execute(query, values))


def add(connection: sqlite3.Connection, folds: Projector, events: Iterable[Event]) -> None:
    """Carry ``events``, just appended and later than all others, into the derived rows."""
    names = new_names(connection)
    for event in events:
        if event.kind == UNDO:
            target = undo_target(connection, event)
            if target is not None:
                for fold in folds:
                    _refold(connection, fold, _key(fold, _renamed(target, names)), names)
            continue
        event = _renamed(event, names)
        for fold in folds:
            key = _key(fold, event)
            if key:
                before = _load(connection, fold, key)
                after = fold.step(before, event)
                if after is not before:
                    _save(connection, fold, key, after)


def rebuild(connection: sqlite3.Connection, folds: Projector) -> None:
    """Make every row of ``folds`` anew from the whole log."""
    names = new_names(connection)
    tables = _fold_all(select(connection), undone(_undos(connection)), folds, names)
    for fold, rows in zip(folds, tables, strict=True):
        connection.execute("DELETE FROM derived WHERE fold = ?", (fold.name,))
        connection.executemany(
            "INSERT INTO derived (fold, key, row) VALUES (?, ?, ?)",
            ((fold.name, key, canonical(row).decode()) for key, row in sorted(rows.items())),
        )


def _fold_all(
    events: Iterable[Event], dead: set[str], folds: Projector, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = [{} for _ in folds]
    for event in events:
        if event.kind == UNDO or event.id in dead:
            continue
        event = _renamed(event, names)
        for fold, rows in zip(folds, tables, strict=True):
            key = _key(fold, event)
            if not key:
                continue
            row = fold.step(rows.get(key), event)
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
    return tables


def undo_target(connection: sqlite3.Connection, undo: Event) -> Event | None:
    """The event that an undo, or an undo of an undo, is about in the end."""
    target: Event | None = undo
    while target is not None and target.kind == UNDO:
        wanted = (str(target.body.get("event", "")),)
        target = next(select(connection, "WHERE id = ?", wanted), None)
    return target


def new_names(connection: sqlite3.Connection) -> dict[str, str]:
    """Items that have another id now: old -> new."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'renamed'").fetchone()
    return dict(msgspec.json.decode(row[0])) if row else {}


def of_item(connection: sqlite3.Connection, item: str, names: Mapping[str, str]) -> Iterator[Event]:
    """The events of an item, those under its former ids included."""
    ids = [item, *(old for old, new in names.items() if new == item)]
    return select(connection, f"WHERE item IN ({', '.join('?' * len(ids))})", ids)


def _undos(connection: sqlite3.Connection) -> list[Event]:
    return list(select(connection, "WHERE kind = 'undo'"))


def _renamed(event: Event, names: Mapping[str, str]) -> Event:
    name = names.get(event.item)
    return event if name is None else msgspec.structs.replace(event, item=name)


def _key(fold: Fold[Any], event: Event) -> str:
    return event.day.isoformat() if fold.by == "day" else event.item


def _refold(
    connection: sqlite3.Connection, fold: Fold[Any], key: str, names: Mapping[str, str]
) -> None:
    if fold.by == "day":
        part = select(connection, "WHERE day = ?", (key,))
    else:
        part = of_item(connection, key, names)
    row = None
    for event in living([*part, *_undos(connection)]):
        row = fold.step(row, _renamed(event, names))
    _save(connection, fold, key, row)


def _load(connection: sqlite3.Connection, fold: Fold[Any], key: str) -> Any:
    found = connection.execute(
        "SELECT row FROM derived WHERE fold = ? AND key = ?", (fold.name, key)
    ).fetchone()
    return to_row(found[0], fold.row) if found else None


def to_row(text: str, row: type[Row]) -> Row:
    """The struct of a derived row; raises Damaged when it cannot be one."""
    try:
        return msgspec.json.decode(text, type=row)
    except (ValueError, TypeError) as error:
        raise Damaged(f"{row.__name__}: {error}") from error


def _save(connection: sqlite3.Connection, fold: Fold[Any], key: str, row: Any) -> None:
    if row is None:
        connection.execute("DELETE FROM derived WHERE fold = ? AND key = ?", (fold.name, key))
    else:
        connection.execute(
            "INSERT INTO derived (fold, key, row) VALUES (?, ?, ?)"
            " ON CONFLICT (fold, key) DO UPDATE SET row = excluded.row",
            (fold.name, key, canonical(row).decode()),
        )
