"""Progress in and out: export, import, reset, wipe. For the command line and the app."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from tutor.paths import Folders, atomic_write, sync_folder
from tutor.store.db import Store
from tutor.store.events import (
    DRAFT,
    RESET,
    UNDO,
    Event,
    NewEvent,
    canonical,
    new_id,
    to_line,
    undone,
)
from tutor.store.rows import Merged
from tutor.store.writing import draft_body

CSV_COLUMNS = (
    *("id", "device", "seq", "at", "day", "kind", "item", "item_rev"),
    *("outcome", "right", "misconception", "rating", "sure", "ms", "body"),
)


class Imported(msgspec.Struct, frozen=True):
    """What an import did. ``unreadable`` holds the numbers of lines that are no event."""

    merged: Merged
    unreadable: tuple[int, ...] = ()


# --- out -------------------------------------------------------------------------------------


def export_lines(store: Store) -> Iterator[str]:
    """Every event as a line of JSON, in order of id: lossless, and the form ``import`` reads.

    Texts that were typed and not handed in yet are written to the log first, so that another
    machine can go on from them.
    """
    keep_drafts(store)
    return (f"{to_line(event)}\n" for event in store.events())


def export_jsonl(store: Store, path: Path) -> int:
    """Write every event to ``path``, whole or not at all; return how many.

    Raises:
        OSError: When it cannot be written.
    """
    lines = list(export_lines(store))
    atomic_write(path, "".join(lines))
    return len(lines)


def export_csv(store: Store, path: Path) -> int:
    """Write every event as a row for spreadsheets, the whole body in the last column.

    Raises:
        OSError: When it cannot be written.
    """
    keep_drafts(store)
    events = store.events()
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(CSV_COLUMNS)
    table.writerows(_csv_row(event) for event in events)
    atomic_write(path, text.getvalue())
    return len(events)


def _csv_row(event: Event) -> list[object]:
    named = ("outcome", "right", "misconception", "rating", "sure", "ms")
    return [
        *(event.id, event.device, event.seq, _local(event), event.day.isoformat()),
        *(_cell(event.kind), _cell(event.item), event.item_rev),
        *(_cell(event.body.get(name, "")) for name in named),
        canonical(event.body).decode(),
    ]


def _cell(value: object) -> object:
    """Text that a spreadsheet would take for a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def _local(event: Event) -> str:
    zone = timezone(timedelta(minutes=event.tz_min))
    return datetime.fromtimestamp(event.at_ms / 1000, zone).isoformat(timespec="milliseconds")


def keep_drafts(store: Store) -> None:
    """Write the working copies that the log does not have to it; raises NotSaved."""
    if not store.health.recording:
        return
    texts = store.unlogged_drafts()
    if texts:
        store.record(*(NewEvent(DRAFT, text.item, draft_body(text)) for text in texts))


# --- in --------------------------------------------------------------------------------------


def import_jsonl(store: Store, path: Path) -> Imported:
    """Merge an export, or a mirror, of another machine: union on id.

    Raises:
        OSError: When the file cannot be read.
        NotSaved: When the disk did not take it; nothing is added then.
    """
    unreadable: list[int] = []
    with path.open("rb") as file:
        events = list(_events(file, unreadable))
    return Imported(store.merge(events), tuple(unreadable))


def _events(lines: Iterable[bytes], unreadable: list[int]) -> Iterator[Event]:
    decoder = msgspec.json.Decoder(Event)
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield decoder.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                unreadable.append(number)


# --- reset -----------------------------------------------------------------------------------


def reset(store: Store, items: Iterable[str] | None = None) -> tuple[str, ...]:
    """Start items and lessons anew; return the ids that there was something to forget of.

    Nothing is deleted: each reset is an event, and ``undo_reset`` takes them back.

    Args:
        store: Where.
        items: Ids of exercises, questions and lessons; everything where it is left out.
    """
    wanted = None if items is None else set(items)
    names = tuple(name for name in store.touched() if wanted is None or name in wanted)
    batch = new_id(0)  # what belongs together, for undo
    if names:
        store.record(*(NewEvent(RESET, name, {"batch": batch}) for name in names))
    return names


def undo_reset(store: Store) -> tuple[str, ...]:
    """Take the last reset back, however many items it was; return their ids."""
    dead = undone(store.events(kind=UNDO))
    standing = [event for event in store.events(kind=RESET) if event.id not in dead]
    if not standing:
        return ()
    batch = standing[-1].body.get("batch")
    last = [event for event in standing if event.body.get("batch") == batch]
    store.record(*(NewEvent(UNDO, event.item, {"event": event.id}) for event in last))
    return tuple(event.item for event in last)


# --- wipe ------------------------------------------------------------------------------------


def everything(folders: Folders) -> list[Path]:
    """Every file that holds progress: the database, its mirror, backups, and what was set aside."""
    name = folders.progress.name
    patterns = (name, f"{name}-*", f"{name}.*", f".{name}.*", folders.mirror.name)
    found = {path for pattern in patterns for path in folders.data.glob(pattern)}
    found |= set(folders.data.glob(f".{folders.mirror.name}*"))
    found |= set(folders.backups.glob("*progress-*.db*"))
    return sorted(path for path in found if path.is_file())


def wipe(folders: Folders) -> list[Path]:
    """Delete all progress for good; return what was deleted. Other files stay.

    Raises:
        OSError: When a file cannot be deleted.
    """
    gone = everything(folders)
    for path in gone:
        path.unlink(missing_ok=True)
    sync_folder(folders.data)
    return gone
