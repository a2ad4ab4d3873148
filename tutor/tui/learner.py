"""What the screens know about the learner: a copy of the store's derived rows.

Read in the store's thread, shown on the UI's loop; taken again after each recorded answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.store.db import Store
    from tutor.store.rows import CardRow, ItemState, Place


@dataclass(frozen=True)
class Learner:
    """A picture of the store at one moment; the empty one stands in until it has opened."""

    states: Mapping[str, ItemState] = field(default_factory=dict)
    cards: Mapping[str, CardRow] = field(default_factory=dict)
    place: Place | None = None
    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # lesson -> keys of steps
    due: int = 0
    message: str = ""
    open: bool = False

    def moved(self, place: Place) -> Learner:
        """The same picture with the learner at another place, whose step they have now seen."""
        steps = self.seen.get(place.lesson, ())
        if place.step not in steps:
            steps = (*steps, place.step)
        return replace(self, place=place, seen={**self.seen, place.lesson: steps})


def look(store: Store, now: datetime) -> Learner:
    """Read what the screens need; runs in the store's thread."""
    from tutor.store.events import study_day

    cards = store.cards()
    today = study_day(now)
    return Learner(
        states=store.states(),
        cards=cards,
        place=store.place(),
        seen=store.seen_steps(),
        due=sum(1 for card in cards.values() if card.due <= today),
        message=store.health.message,
        open=True,
    )
