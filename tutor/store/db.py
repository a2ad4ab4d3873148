"""The store: one learner's progress, safe from crashes, full disks and second windows.

Thread-safe and blocking. ``record`` returns when its events are on the disk, not before.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from tutor.paths import Folders
from tutor.store import reads, writing
from tutor.store.events import Event, NewEvent, canonical
from tutor.store.file import reason
from tutor.store.folds import ItemFold, SeenFold
from tutor.store.progress_file import ProgressFile
from tutor.store.reading import Reading
from tutor.store.rows import Draft, Health, Merged, Projector
from tutor.store.safety import BackupFailed
from tutor.text.messages import say

Result = TypeVar("Result")


class NotSaved(Exception):
    """The disk did not take it. It is kept in memory, and ``Store.retry`` tries again.

    ``str()`` is a sentence for the learner.
    """


def local_now() -> datetime:
    """The time, with the local zone."""
    return datetime.now().astimezone()


def open_store(
    folders: Folders,
    *,
    clock: Callable[[], datetime] = local_now,
    project: Projector = (),
) -> Store:
    """Open the progress file, whatever state it is in; see ``Store.health``.

    Args:
        folders: Where the file is or shall be.
        clock: Gives an aware time in the learner's zone.
        project: The folds of ``tutor.study``, which keep cards and days.
    """
    return Store(folders, clock, project)


class Store(Reading):
    """One process's door to the progress file."""

    def __init__(self, folders: Folders, clock: Callable[[], datetime], project: Projector) -> None:
        self.folders = folders
        self.closed = False
        self._clock = clock
        self._folds: Projector = (ItemFold(), SeenFold(), *project)
        self._lock = threading.RLock()
        self._pending: list[NewEvent] = []
        self._pending_drafts: dict[str, Draft] = {}
        self._unsaved = ""  # the sentence of the last NotSaved
        self._file = ProgressFile(folders, clock, self._folds)

    @property
    def health(self) -> Health:
        """Whether answers are being kept, and the banner's sentence."""
        with self._lock:
            recording = self._file.recording and not self._unsaved
            message = self._unsaved or self._file.message or self._file.clock_warning
            return Health(recording=recording, message=message)

    # --- writing --------------------------------------------------------------------------

    def record(self, *new: NewEvent) -> tuple[Event, ...]:
        """Write events and what follows from them, all or nothing, and return them.

        Raises:
            NotSaved: When the disk did not take them; they are kept and go first next time.
        """
        with self._lock:
            now = self._clock()
            stamped = [
                event if event.at else msgspec.structs.replace(event, at=now) for event in new
            ]
            kept = self._pending
            self._file.watch_clock()
            # Waiting before it is tried: the sentence of a failure counts them all.
            self._pending = [*kept, *stamped]
            try:
                written = self._write(
                    lambda connection: writing.append(connection, self._folds, self._pending)
                )
            except NotSaved:
                raise
            except BaseException:
                self._pending = kept  # a body that is no JSON must not block what is
                raise
            self._pending = []
            return tuple(written[len(kept) :])

    def save_draft(
        self, item: str, text: str, cursor: tuple[int, int] = (0, 0), output: str | None = None
    ) -> None:
        """Save the text of an editor as it is typed; the latest wins.

        Args:
            item: Exercise, question or example.
            text: The whole text.
            cursor: Row and column, from 0.
            output: Of an ungraded run; None keeps the one that is there.

        Raises:
            NotSaved: When the disk did not take it; it is kept and tried again.
        """
        with self._lock:
            if output is None:
                before = self.draft(item)
                output = before.output if before else ""
            draft = Draft(item, writing.clean(text), cursor, writing.clean(output))
            self._pending_drafts[item] = draft
            self._write(lambda connection: None)

    def retry(self) -> bool:
        """Try again to save what was not saved; True when nothing is left waiting."""
        with self._lock:
            if not self._file.recording:
                self._file.reopen()
            if not (self._pending or self._pending_drafts):
                self._unsaved = ""
                return True
            with contextlib.suppress(NotSaved):
                self.record()
            return not (self._pending or self._pending_drafts)

    @property
    def unsaved(self) -> int:
        """How many events wait in memory for the disk."""
        with self._lock:
            return len(self._pending)

    def merge(self, events: Iterable[Event]) -> Merged:
        """Add the events of another machine that are not here yet; see ``writing.merge``.

        Raises:
            NotSaved: When the disk did not take them; nothing is added then.
        """
        events = list(events)
        with self._lock:
            return self._write(lambda one: writing.merge(one, self._folds, events))

    def rename(self, names: Mapping[str, str]) -> None:
        """Tell the store which items have another id now (old -> new); progress follows.

        Raises:
            NotSaved: When the disk did not take it.
        """
        with self._lock:
            kept = self._read(lambda connection: reads.meta(connection, "renamed"), "") or "{}"
            if kept != canonical(dict(names)).decode():
                self._write(lambda one: writing.rename(one, self._folds, names))

    def rebuild(self) -> None:
        """Drop the derived rows and make them anew from the events.

        Raises:
            NotSaved: When the disk did not take it.
        """
        with self._lock:
            self._write(lambda connection: writing.rebuild(connection, self._folds))

    # --- reading --------------------------------------------------------------------------

    def draft(self, item: str) -> Draft | None:
        """The learner's text for an item as it was when last seen; also one not saved yet."""
        with self._lock:
            waiting = self._pending_drafts.get(item)
            return waiting if waiting is not None else super().draft(item)

    # --- keeping --------------------------------------------------------------------------

    def maintain(self) -> None:
        """Bring the mirror up to date, and make the day's backup.

        Raises:
            OSError: When a copy cannot be written; the progress file itself is untouched.
            sqlite3.Error: Likewise.
            BackupFailed: When a copy is not sound.
        """
        with self._lock:
            self._file.maintain()

    def backup(self, path: Path | None = None) -> Path:
        """Write a checked copy of the progress file; return where it is.

        Args:
            path: Where to; among the rotated backups where it is left out.

        Raises:
            OSError, sqlite3.Error, BackupFailed: When there is no sound copy at ``path``.
        """
        with self._lock:
            return self._file.backup(path)

    def close(self) -> None:
        """Save what still waits, look after the copies, and let go of the file."""
        with self._lock:
            if self.closed:
                return
            self.closed = True
            self.retry()
            # Copies are a second safety: that one fails must not keep the app from ending.
            with contextlib.suppress(sqlite3.Error, OSError, BackupFailed):
                self._file.maintain()
            self._file.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- inside ---------------------------------------------------------------------------

    def _read(self, query: Callable[[sqlite3.Connection], Result], empty: Result) -> Result:
        with self._lock:
            return self._file.read(query, empty)

    def _write(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
        """Save waiting drafts and run ``change``, in one transaction."""

        def save_and_change(connection: sqlite3.Connection) -> Result:
            # First, so that what is handed in or reset now is what was typed last.
            drafts = self._pending_drafts.values()
            writing.save_drafts(connection, drafts, self._clock())
            return change(connection)

        try:
            result = self._file.write(save_and_change)
        except (sqlite3.Error, OSError) as error:
            why = reason(error) if self._file.recording else "readonly"
            self._unsaved = say(f"store.unsaved.{why}", n=max(1, len(self._pending)))
            raise NotSaved(self._unsaved) from error
        self._pending_drafts = {}
        self._unsaved = ""
        return result
