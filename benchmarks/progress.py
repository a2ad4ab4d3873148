"""100,000 events: the time to the dashboard, a rebuild, an export, and what one answer costs.

The ratio is to plain SQLite: as many rows of the same text inserted in one transaction, without
checksums, folds or checks, on the same disk in the same run.
"""

from __future__ import annotations

import platform
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tutor.paths import Folders
from tutor.store.db import Store, open_store
from tutor.store.events import Event, NewEvent, new_id, sealed, study_day, to_line
from tutor.store.transfer import export_jsonl
from tutor.study.schedule import project

EVENTS = 100_000
ITEMS = 400
START = datetime(2020, 1, 6, 18, tzinfo=UTC)


def a_life_of_study() -> list[Event]:
    """Some years of answers, attempts, drafts and steps."""
    draw = random.Random(11)
    events: list[Event] = []
    at, last = START, ""
    for n in range(EVENTS):
        at += timedelta(seconds=draw.choice((20, 40, 90)), days=n % 60 == 59)
        item = f"unit.lesson.item-{draw.randrange(ITEMS)}"
        kind, body = draw.choice(
            (
                ("answer", {"right": draw.random() < 0.85, "given": "a", "ms": 9000, "sure": 0.8}),
                ("attempt", {"outcome": draw.choice(("passed", "wrong", "error")), "ms": 30}),
                ("draft", {"text": "def f(x):\n    return x\n" * 5, "cursor": [1, 2]}),
                ("step", {"step": f"step-{n % 12}"}),
            )
        )
        ms = int(at.timestamp() * 1000)
        last = new_id(ms, last)
        day = study_day(at)
        events.append(sealed(Event(last, "bench", n + 1, kind, 1, ms, 0, day, item, 1, body)))
    return events


def timed(work: Callable[[], object], rounds: int = 5) -> float:
    """Median seconds of ``work``."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def plain_inserts(folder: Path, lines: list[str]) -> None:
    """What SQLite alone takes for as many rows of the same text."""
    path = folder / "plain.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE event (id TEXT PRIMARY KEY, body TEXT)")
    with connection:
        connection.executemany(
            "INSERT INTO event VALUES (?, ?)", ((line[7:33] + str(n), line) for n, line in lines)
        )
    connection.close()


def dashboard(folders: Folders) -> float:
    """Seconds from nothing to what home and the progress screen show, checks included."""
    started = time.perf_counter()
    store = open_store(folders, project=project)
    store.cards(), store.states(), store.days(), store.seen_steps(), store.place()
    taken = time.perf_counter() - started
    store.close()
    return taken


def measure(folder: Path) -> None:
    """Print the table."""
    folders = Folders.under(folder)
    events = a_life_of_study()
    store = open_store(folders, project=project)
    store.merge(events)
    store.close()
    lines = list(enumerate(map(to_line, events)))
    base = timed(lambda: plain_inserts(folder, lines), 3)
    rows: list[tuple[str, float]] = [("plain SQLite, 100,000 inserts", base)]
    rows.append(("start to dashboard", statistics.median(dashboard(folders) for _ in range(5))))
    store = open_store(folders, project=project)
    rows.append(("rebuild", timed(store.rebuild, 3)))
    rows.append(("export", timed(lambda: export_jsonl(store, folder / "all.jsonl"), 3)))
    rows.append(("one answer, on the disk", timed(lambda: _answer(store), 50)))
    store.close()
    size = folders.progress.stat().st_size / 1e6
    print(
        f"{EVENTS:,} events, {size:.0f} MB; {platform.machine()}, SQLite {sqlite3.sqlite_version}"
    )
    for name, seconds in rows:
        print(f"{name:<32}{seconds * 1e3:>9.1f} ms{seconds / base:>9.2f}x plain inserts")


def _answer(store: Store) -> None:
    store.record(NewEvent("answer", "unit.lesson.item-1", {"right": True}))


def main() -> None:
    """Run the benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder))


if __name__ == "__main__":
    main()
