"""Questions to the progress file. No writes, no caches."""

from __future__ import annotations

import sqlite3
from typing import Any, TypeVar

import msgspec

from tutor.store import derive
from tutor.store.events import ANSWER, ATTEMPT, RESET, REVEAL, Event, undone
from tutor.store.rows import CardRow, Draft, ItemState, Place, SeenRow, Snapshot

Row = TypeVar("Row", bound=msgspec.Struct)

UNDOABLE = frozenset({ATTEMPT, ANSWER, REVEAL, RESET})


def events(
    connection: sqlite3.Connection, item: str | None = None, kind: str | None = None
) -> list[Event]:
    """Events in order of id, those of one item or kind where asked."""
    if item is not None:
        mine = derive.of_item(connection, item, derive.new_names(connection))
        return [event for event in mine if kind in (None, event.kind)]
    if kind is not None:
        return list(derive.select(connection, "WHERE kind = ?", (kind,)))
    return list(derive.select(connection))


def rows(connection: sqlite3.Connection, fold: str, row: type[Row]) -> dict[str, Row]:
    """Every row of one fold, by its key."""
    found = connection.execute("SELECT key, row FROM derived WHERE fold = ?", (fold,))
    return {key: derive.to_row(text, row) for key, text in found}


def derived(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Every derived row as it is stored."""
    found = connection.execute("SELECT fold, key, row FROM derived ORDER BY fold, key")
    return [(fold, key, text) for fold, key, text in found]


def state_row(connection: sqlite3.Connection, item: str) -> ItemState:
    """The item's row as it is stored."""
    item = derive.new_names(connection).get(item, item)
    found = connection.execute(
        "SELECT row FROM derived WHERE fold = 'item' AND key = ?", (item,)
    ).fetchone()
    return derive.to_row(found[0], ItemState) if found else ItemState(item=item)


def state(connection: sqlite3.Connection, item: str) -> ItemState:
    """The item's state with the verdict and the output of its last attempt."""
    row = state_row(connection, item)
    event = one(connection, row.last_event)
    verdict: Any = event.body.get("verdict") if event else None
    if not isinstance(verdict, dict):
        return row
    output = str(verdict.get("output", ""))
    return msgspec.structs.replace(row, last_verdict=verdict, last_output=output)


def one(connection: sqlite3.Connection, event: str) -> Event | None:
    """The event with this id."""
    return next(derive.select(connection, "WHERE id = ?", (event,)), None) if event else None


def last_undoable(connection: sqlite3.Connection, item: str) -> str:
    """Id of the item's latest result, reveal or reset that still stands; "" for none."""
    dead = undone(derive.select(connection, "WHERE kind = 'undo'"))
    mine = events(connection, item)
    standing = [event.id for event in mine if event.kind in UNDOABLE and event.id not in dead]
    return standing[-1] if standing else ""


def working_draft(connection: sqlite3.Connection, item: str) -> Draft | None:
    """The text as it was typed last."""
    found = _working(connection, item)
    return found[0] if found else None


def _working(connection: sqlite3.Connection, item: str) -> tuple[Draft, int] | None:
    row = connection.execute(
        "SELECT text, cursor_row, cursor_column, output, at_ms FROM draft WHERE item = ?", (item,)
    ).fetchone()
    return (Draft(item, row[0], (row[1], row[2]), row[3]), row[4]) if row else None


def logged_draft(connection: sqlite3.Connection, item: str) -> Event | None:
    """The text as it was handed in last."""
    return one(connection, state_row(connection, item).last_draft)


def is_logged(connection: sqlite3.Connection, draft: Draft) -> bool:
    """True when the text is the one that was handed in last."""
    logged = logged_draft(connection, draft.item)
    return logged is not None and logged.body.get("text") == draft.text


def unlogged_drafts(connection: sqlite3.Connection) -> list[Draft]:
    """The working copies whose text is not in the log."""
    items = [item for (item,) in connection.execute("SELECT item FROM draft ORDER BY item")]
    texts = [working_draft(connection, item) for item in items]
    return [text for text in texts if text is not None and not is_logged(connection, text)]


def draft(connection: sqlite3.Connection, item: str) -> Draft | None:
    """What was typed or handed in last, here or on a machine whose events were merged."""
    typed = _working(connection, item)
    logged = logged_draft(connection, item)
    if logged is None or (typed is not None and typed[1] >= logged.at_ms):
        return typed[0] if typed else None
    row, column = (*logged.body.get("cursor", ()), 0, 0)[:2]
    output = typed[0].output if typed else ""
    return Draft(item, str(logged.body.get("text", "")), (row, column), output)


def place(connection: sqlite3.Connection) -> Place | None:
    """The last place."""
    found = next(
        derive.select(
            connection,
            "WHERE id = (SELECT max(id) FROM event WHERE kind = 'place')",
        ),
        None,
    )
    if found is None:
        return None
    body = found.body
    return Place(
        lesson=str(body.get("lesson") or found.item),
        step=str(body.get("step") or ""),
        item=str(body.get("item") or ""),
    )


def snapshot(connection: sqlite3.Connection) -> Snapshot:
    """What a drill starts from, all of one moment."""
    connection.execute("BEGIN")
    try:
        return Snapshot(
            cards=rows(connection, "card", CardRow),
            states=rows(connection, "item", ItemState),
            opened=frozenset(rows(connection, "seen", SeenRow)),
        )
    finally:
        connection.execute("COMMIT")


def touched(connection: sqlite3.Connection) -> list[str]:
    """Every item and lesson of which something is known."""
    found = connection.execute(
        "SELECT key FROM derived WHERE fold IN ('item', 'seen') UNION SELECT item FROM draft"
    )
    return sorted(key for (key,) in found)


def meta(connection: sqlite3.Connection, key: str) -> str:
    """A fact about this file; "" for none."""
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return str(found[0]) if found else ""
