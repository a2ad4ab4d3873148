"""How far along: counts of exercises and questions done, from the store's derived rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from tutor.tui.symbols import Symbols


class Listed(Protocol):
    """What the course's index knows of an exercise or a question."""

    @property
    def id(self) -> str:
        """Its permanent name."""


class ItemSoFar(Protocol):
    """What the store knows of one item; see ``tutor.store.rows.ItemState``."""

    @property
    def attempts(self) -> int:
        """Judged submissions and answers."""

    @property
    def right(self) -> int:
        """How many of them were right."""

    @property
    def passed(self) -> bool:
        """Right at least once."""


@dataclass(frozen=True)
class Glance:
    """Progress through a lesson or a unit, in whole items."""

    done: int = 0
    total: int = 0
    begun: bool = False

    @property
    def complete(self) -> bool:
        """Everything there is has been done."""
        return self.total > 0 and self.done == self.total


def is_done(state: ItemSoFar | None) -> bool:
    """An exercise is done when it passed, a question when it was once answered right."""
    return state is not None and (state.passed or state.right > 0)


def glance(items: Iterable[Listed], states: Mapping[str, ItemSoFar], seen: bool = False) -> Glance:
    """Count what is done of ``items``."""
    listed = list(items)
    known = [states[item.id] for item in listed if item.id in states]
    begun = seen or any(state.attempts or state.right for state in known)
    return Glance(sum(map(is_done, known)), len(listed), begun)


def add(glances: Iterable[Glance]) -> Glance:
    """Progress of a unit from that of its lessons."""
    all_of = list(glances)
    return Glance(
        sum(g.done for g in all_of), sum(g.total for g in all_of), any(g.begun for g in all_of)
    )


def bar(done: int, total: int, width: int, marks: Symbols) -> tuple[str, str]:
    """Return the filled and the empty part of a thin line ``width`` cells wide."""
    halves = round(2 * width * done / total) if total else 0
    full, half = divmod(min(halves, 2 * width), 2)
    filled = marks.bar_full * full + (marks.bar_half if half else "")
    return filled, marks.bar_rest * (width - full - half)
