"""A clock that is moved by hand, and the promise that every test of the store ends with."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tutor.store.db import Store

Open = Callable[..., Store]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, zone: str = "Europe/Berlin") -> None:
        self.now = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo(zone))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def rebuilt_is_the_same(store: Store) -> None:
    """The derived rows, kept up event by event, are those of a rebuild, to the byte."""
    before = store.derived()
    store.rebuild()
    assert store.derived() == before
