"""The questions that can be asked of the store; how they reach the file is the store's matter."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from tutor.store import reads
from tutor.store.events import Event
from tutor.store.rows import CardRow, DayRow, Draft, ItemState, Place, SeenRow, Snapshot

Result = TypeVar("Result")


class Reading(ABC):
    """What was recorded, and what follows from it. A damaged file gives empty answers."""

    @abstractmethod
    def _read(self, query: Callable[[sqlite3.Connection], Result], empty: Result) -> Result:
        """What ``query`` finds, or ``empty`` where the file cannot be read."""

    def events(self, item: str | None = None, kind: str | None = None) -> list[Event]:
        """Events in order of id, those that were undone included."""
        return self._read(lambda connection: reads.events(connection, item, kind), [])

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
        return self._read(reads.snapshot, Snapshot())

    def derived(self) -> list[tuple[str, str, str]]:
        """Every derived row as it is stored: fold, key, canonical JSON."""
        return self._read(reads.derived, [])

    def draft(self, item: str) -> Draft | None:
        """The learner's text for an item, as it was when last seen."""
        return self._read(lambda connection: reads.draft(connection, item), None)

    def unlogged_drafts(self) -> list[Draft]:
        """The working copies whose text is not in the log."""
        return self._read(reads.unlogged_drafts, [])

    def touched(self) -> list[str]:
        """Every item and lesson of which something is known, typed texts included."""
        return self._read(reads.touched, [])
