"""The progress file as the store holds it: opened again when it has to be, copied when due."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from tutor.paths import Folders
from tutor.store import safety, writing
from tutor.store.file import identity, is_damage, transaction
from tutor.store.opening import Distrust, Opened, open_progress
from tutor.store.rows import Projector
from tutor.text.messages import say

Result = TypeVar("Result")

# Sessions that end by being killed never reach `close`: look after the mirror at the next start.
MANY_UNMIRRORED = 200
CLOCK_TOLERANCE_MS = 10 * 60 * 1000


class ProgressFile:
    """One connection at a time; not thread-safe, the store has the lock."""

    def __init__(self, folders: Folders, clock: Callable[[], datetime], folds: Projector) -> None:
        self.folders = folders
        self.folds = folds
        self.clock_warning = ""
        self._clock = clock
        self._opened = self._open()

    @property
    def recording(self) -> bool:
        """Whether writes can be tried."""
        return self._opened.recording

    @property
    def message(self) -> str:
        """What happened when it was opened: a recovery, a newer version, a read-only disk."""
        return self._opened.message

    def reopen(self, distrust: Distrust = Distrust.NONE) -> None:
        """Let go of the file and take what is there now."""
        self._opened.connection.close()
        self._opened = self._open(distrust)

    def write(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run ``change`` in one transaction and return once it is on the disk.

        Raises:
            sqlite3.Error: When it is not.
        """
        if self.recording and identity(self.folders.progress) != self._opened.identity:
            # Deleted, wiped or brought back by another process: writing on would fill a file
            # that has no name any more.
            self.reopen()
        if not self.recording:
            raise sqlite3.OperationalError(self.message)
        return self._healing(lambda: self._change(change))

    def read(self, query: Callable[[sqlite3.Connection], Result], empty: Result) -> Result:
        """What ``query`` finds; ``empty`` where the file cannot be read and not be healed."""
        try:
            return self._healing(lambda: query(self._opened.connection))
        except sqlite3.Error:
            return empty

    def _healing(self, work: Callable[[], Result]) -> Result:
        """Do ``work``; where the file turns out to be damaged, heal it and do it again."""
        for distrust in (Distrust.LOOK, Distrust.GIVE_UP):
            try:
                return work()
            except sqlite3.Error as error:
                if not (is_damage(error) and self.recording):
                    raise
            self.reopen(distrust)
        return work()

    def watch_clock(self) -> None:
        """Note when the clock is far behind what was recorded last."""
        now = self._clock()
        ahead = self.read(lambda one: writing.clock_ahead(one, now, CLOCK_TOLERANCE_MS), None)
        self._note_clock(now, ahead)

    def maintain(self) -> None:
        """Bring the mirror up to date, and make the day's backup; see ``Store.maintain``."""
        if self.recording:
            self._maintain(self._opened.connection)

    def backup(self, path: Path | None = None) -> Path:
        """Write a checked copy, to ``path`` or among the rotated backups; return where it is."""
        connection = self._opened.connection
        if path is None:
            return safety.backup(connection, self.folders.backups, self._clock())
        safety.write_copy(connection, path)
        return path

    def close(self) -> None:
        """Let go of the file."""
        self._opened.connection.close()

    def _change(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
        with transaction(self._opened.connection):
            return change(self._opened.connection)

    def _open(self, distrust: Distrust = Distrust.NONE) -> Opened:
        opened = open_progress(self.folders, self._clock(), distrust=distrust)
        if opened.recording:
            try:
                self._look_around(opened)
            except sqlite3.Error as error:
                if is_damage(error) and distrust is not Distrust.GIVE_UP:
                    opened.connection.close()
                    return self._open(Distrust(distrust.value + 1))
                # Otherwise the disk does not take the new rows now; the next write makes them.
        return opened

    def _look_around(self, opened: Opened) -> None:
        """What a start looks after once the file is open."""
        now = self._clock()
        connection = opened.connection
        self._note_clock(now, writing.clock_ahead(connection, now, CLOCK_TOLERANCE_MS))
        if opened.suspect or not writing.up_to_date(connection, self.folds):
            with transaction(connection):
                writing.rebuild(connection, self.folds)
        if safety.unmirrored(connection, self.folders.mirror) > MANY_UNMIRRORED:
            # A second safety: a copy that cannot be made must not keep the app from starting.
            with contextlib.suppress(OSError, safety.BackupFailed):
                self._maintain(connection)

    def _maintain(self, connection: sqlite3.Connection) -> None:
        safety.append_mirror(connection, self.folders.mirror)
        now = self._clock()
        if not safety.is_due(self.folders.backups, now):
            return
        if safety.sound(connection, thorough=True):
            # What is derived carries no checksum: once a day it is made anew.
            with transaction(connection):
                writing.rebuild(connection, self.folds)
            safety.backup(connection, self.folders.backups, now)
        else:
            # A rotten copy must not push a good one out; the next start heals, and says so.
            writing.suspect(connection)

    def _note_clock(self, now: datetime, ahead: datetime | None) -> None:
        if ahead is not None:
            self.clock_warning = say(
                "store.clock.behind", now=f"{now:%Y-%m-%d %H:%M}", then=f"{ahead:%Y-%m-%d %H:%M}"
            )
