"""What the screens know about the learner: a copy of the store's derived rows.

Read in the store's thread, shown on the UI's loop; taken again after each recorded answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.store import CardRow, ItemState, Place, Store


@dataclass(frozen=True)
class Learner:
    """A picture of the store at one moment; the empty one stands in until it has opened."""

    states: Mapping[str, ItemState] = field(default_factory=dict)
    cards: Mapping[str, CardRow] = field(default_factory=dict)
    place: Place | None = None
    begun: frozenset[str] = frozenset()
    due: int = 0
    message: str = ""
    open: bool = False


def look(store: Store, now: datetime) -> Learner:
    """Read what the screens need; runs in the store's thread."""
    from tutor.study.schedule import study_day

    cards = store.cards()
    today = study_day(now)
    return Learner(
        states=store.states(),
        cards=cards,
        place=store.place(),
        begun=frozenset(event.item for event in store.events(kind="step")),
        due=sum(1 for card in cards.values() if card.due <= today),
        message=store.health.message,
        open=True,
    )
