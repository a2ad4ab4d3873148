"""A learner's folders, a clock that is moved by hand, and stores that check themselves."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tutor.paths import Folders
from tutor.store.db import Store, open_store
from tutor.study.schedule import project

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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.under(tmp_path / "home")


@pytest.fixture
def open_(folders: Folders, clock: Clock) -> Iterator[Open]:
    """Open the store as the app does. After the test every store is compared with a rebuild."""
    opened: list[Store] = []

    def open_one(where: Folders = folders, **more: object) -> Store:
        options = {"clock": clock, "project": project, **more}
        store = open_store(where, **options)  # type: ignore[arg-type]
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        if not store.closed and store.health.recording:
            rebuilt_is_the_same(store)
        store.close()


@pytest.fixture
def store(open_: Open) -> Store:
    return open_()
