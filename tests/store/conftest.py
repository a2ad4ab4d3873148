"""A learner's folders, and stores that are compared with a rebuild after every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from storing import Clock, Open, rebuilt_is_the_same

from tutor.paths import Folders
from tutor.store.db import Store, open_store
from tutor.study.schedule import project


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
