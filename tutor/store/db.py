"""The store: one learner's progress, safe from crashes, full disks and second windows.

Thread-safe and blocking. ``record`` returns when its events are on the disk, not before.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from tutor.paths import Folders
from tutor.store import reads, safety, writing
from tutor.store.events import Event, NewEvent, canonical
from tutor.store.file import identity, is_damage, reason, transaction
from tutor.store.folds import ItemFold, SeenFold
from tutor.store.opening import Opened, open_progress
from tutor.store.rows import (
    CardRow,
    DayRow,
    Draft,
    Health,
    ItemState,
    Place,
    Projector,
    SeenRow,
    Snapshot,
)
from tutor.text.messages import say

Result = TypeVar("Result")

# Sessions that end by being killed never reach `close`: look after the mirror at the next start.
MANY_UNMIRRORED = 200
CLOCK_TOLERANCE_MS = 10 * 60 * 1000


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


class Store:
    """One process's door to the progress file."""

    def __init__(self, folders: Folders, clock: Callable[[], datetime], project: Projector) -> None:
        self.folders = folders
        self._clock = clock
        self._folds: Projector = (ItemFold(), SeenFold(), *project)
        self._lock = threading.RLock()
        self._pending: list[NewEvent] = []
        self._pending_drafts: dict[str, Draft] = {}
        self._unsaved = ""  # the sentence of the last NotSaved
        self._notice = ""  # said once: a clock
        self.closed = False
        self._open()

    # --- health ---------------------------------------------------------------------------

    @property
    def health(self) -> Health:
        """Whether answers are being kept, and the banner's sentence."""
        with self._lock:
            recording = self._opened.recording and not self._unsaved
            message = self._unsaved or self._opened.message or self._notice
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
            self._watch_clock()
            try:
                written = self._write(
                    lambda connection: writing.append(connection, self._folds, [*kept, *stamped])
                )
            except (sqlite3.Error, OSError) as error:
                self._pending = [*kept, *stamped]
                raise self._not_saved(error) from error
            self._pending = []
            self._saved()
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
            self._pending_drafts[item] = Draft(item, text, cursor, output)
            try:
                self._write(lambda connection: None)
            except (sqlite3.Error, OSError) as error:
                raise self._not_saved(error) from error
            self._saved()

    def retry(self) -> bool:
        """Try again to save what was not saved; True when nothing is left waiting."""
        with self._lock:
            if not self._opened.recording:
                self._reopen()
            if self._pending or self._pending_drafts:
                with contextlib.suppress(NotSaved):
                    self.record()
            elif self._opened.recording:
                self._saved()
            return not (self._pending or self._pending_drafts)

    @property
    def unsaved(self) -> int:
        """How many events wait in memory for the disk."""
        with self._lock:
            return len(self._pending)

    # --- reading --------------------------------------------------------------------------

    def events(self, item: str | None = None, kind: str | None = None) -> list[Event]:
        """Events in order of id, those that were undone included."""
        return self._read(lambda connection: reads.events(connection, item, kind), [])

    def draft(self, item: str) -> Draft | None:
        """The learner's text for an item, as it was when last seen."""
        with self._lock:
            if item in self._pending_drafts:
                return self._pending_drafts[item]
            return self._read(lambda connection: reads.draft(connection, item), None)

    def place(self) -> Place | None:
        """Where the learner was last."""
        return self._read(reads.place, None)

    def state(self, item: str) -> ItemState:
        """What was done with one item, its last verdict and output included."""
        empty = ItemState(item=item)
        return self._read(lambda connection: reads.state(connection, item), empty)

    def states(self) -> dict[str, ItemState]:
        """What was done with each item; without verdicts and outputs."""
        return self._read(lambda connection: reads.rows(connection, "item", ItemState), {})

    def seen(self, lesson: str) -> frozenset[str]:
        """Keys of the lesson's steps that were seen."""
        return frozenset(self.seen_steps().get(lesson, ()))

    def seen_steps(self) -> dict[str, tuple[str, ...]]:
        """Keys of the seen steps of every lesson that was opened."""
        none: dict[str, SeenRow] = {}
        found = self._read(lambda connection: reads.rows(connection, "seen", SeenRow), none)
        return {lesson: row.steps for lesson, row in found.items()}

    def cards(self) -> dict[str, CardRow]:
        """The schedule, by item."""
        return self._read(lambda connection: reads.rows(connection, "card", CardRow), {})

    def days(self) -> dict[str, DayRow]:
        """What was done on each study day, by ISO date."""
        return self._read(lambda connection: reads.rows(connection, "day", DayRow), {})

    def snapshot(self) -> Snapshot:
        """What a drill starts from."""
        with self._lock:
            opened = frozenset(self.seen_steps())
            return Snapshot(cards=self.cards(), states=self.states(), opened=opened)

    # --- keeping --------------------------------------------------------------------------

    def rename(self, names: Mapping[str, str]) -> None:
        """Tell the store which items have another id now (old -> new); progress follows.

        Raises:
            NotSaved: When the disk did not take it.
        """
        with self._lock:
            value = canonical(dict(names)).decode()
            if self._read(lambda connection: reads.meta(connection, "renamed"), "{}") == value:
                return
            try:
                self._write(lambda connection: writing.rename(connection, self._folds, dict(names)))
            except (sqlite3.Error, OSError) as error:
                raise self._not_saved(error) from error

    def derived(self) -> list[tuple[str, str, str]]:
        """Every derived row as it is stored: fold, key, canonical JSON."""
        return self._read(reads.derived, [])

    def rebuild(self) -> None:
        """Drop the derived rows and make them anew from the events.

        Raises:
            NotSaved: When the disk did not take it.
        """
        with self._lock:
            try:
                self._write(lambda connection: writing.rebuild(connection, self._folds))
            except (sqlite3.Error, OSError) as error:
                raise self._not_saved(error) from error

    def maintain(self) -> None:
        """Bring the mirror up to date, and make the day's backup.

        Raises:
            OSError: When a copy cannot be written; the progress file itself is untouched.
            sqlite3.Error: Likewise.
            safety.BackupFailed: When a copy is not sound.
        """
        with self._lock:
            if self._opened.recording:
                safety.append_mirror(self._connection, self.folders.mirror)
                now = self._clock()
                if safety.is_due(self.folders.backups, now):
                    safety.backup(self._connection, self.folders.backups, now)

    def close(self) -> None:
        """Save what still waits, look after the copies, and let go of the file."""
        with self._lock:
            if self.closed:
                return
            self.closed = True
            self.retry()
            # Copies are a second safety: that one fails must not keep the app from ending.
            with contextlib.suppress(sqlite3.Error, OSError, safety.BackupFailed):
                self.maintain()
            self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- inside ---------------------------------------------------------------------------

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._opened.connection

    def _open(self, *, distrust: bool = False) -> None:
        self._opened: Opened = open_progress(self.folders, self._clock(), distrust=distrust)
        if not self._opened.recording:
            return
        try:
            self._look_around()
        except sqlite3.Error as error:
            if is_damage(error) and not distrust:
                self._connection.close()
                self._open(distrust=True)
            # Otherwise the disk does not take the rebuilt rows now; the next write makes them.
        except (OSError, safety.BackupFailed):
            pass  # the copies wait for a better day, as in `close`

    def _look_around(self) -> None:
        """What a start looks after once the file is open."""
        now = self._clock()
        ahead = writing.clock_ahead(self._connection, now, CLOCK_TOLERANCE_MS)
        self._tell_of_clock(now, ahead)
        if self._opened.suspect or not writing.up_to_date(self._connection, self._folds):
            with transaction(self._connection):
                writing.rebuild(self._connection, self._folds)
        if safety.unmirrored(self._connection, self.folders.mirror) > MANY_UNMIRRORED:
            self.maintain()

    def _reopen(self) -> None:
        self._connection.close()
        self._open()

    def _write(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run ``change`` and save waiting drafts in one transaction."""
        if self._opened.recording and identity(self.folders.progress) != self._opened.identity:
            # Deleted, wiped or brought back by another process: writing on would fill a file
            # that has no name any more.
            self._reopen()
        if not self._opened.recording:
            raise sqlite3.OperationalError(self._opened.message)
        try:
            return self._attempt(change)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
        self._reopen()
        return self._attempt(change)

    def _attempt(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
        with transaction(self._connection):
            result = change(self._connection)
            writing.save_drafts(self._connection, self._pending_drafts.values(), self._clock())
        self._pending_drafts = {}
        return result

    def _read(self, query: Callable[[sqlite3.Connection], Result], empty: Result) -> Result:
        with self._lock:
            try:
                return query(self._connection)
            except sqlite3.Error as error:
                if not (is_damage(error) and self._opened.recording):
                    return empty
            self._reopen()
            try:
                return query(self._connection)
            except sqlite3.Error:
                return empty

    def _not_saved(self, error: BaseException) -> NotSaved:
        why = reason(error) if self._opened.recording else "readonly"
        self._unsaved = say(f"store.unsaved.{why}", n=max(1, len(self._pending)))
        return NotSaved(self._unsaved)

    def _saved(self) -> None:
        self._unsaved = ""

    def _watch_clock(self) -> None:
        """Say once when the clock is far behind what was recorded last."""
        now = self._clock()
        ahead = self._read(lambda one: writing.clock_ahead(one, now, CLOCK_TOLERANCE_MS), None)
        self._tell_of_clock(now, ahead)

    def _tell_of_clock(self, now: datetime, ahead: datetime | None) -> None:
        if ahead is not None:
            self._notice = say(
                "store.clock.behind", now=f"{now:%Y-%m-%d %H:%M}", then=f"{ahead:%Y-%m-%d %H:%M}"
            )
