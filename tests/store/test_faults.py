"""The fault table of the store, with real faults: kills, full and read-only disks, torn files."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from storing import Clock, Open, rebuilt_is_the_same

from tutor.paths import Folders
from tutor.store.db import NotSaved, Store, open_store
from tutor.store.events import NewEvent, from_line, study_day
from tutor.study.mastery import streak
from tutor.study.schedule import project

WRITER = Path(__file__).with_name("writer.py")


def answer(given: str, item: str = "q") -> NewEvent:
    return NewEvent("answer", item, {"right": True, "given": given})


def given(store: Store) -> list[str]:
    return [event.body["given"] for event in store.events(kind="answer")]


def writer(home: Path, name: str, number: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(WRITER), str(home), name, str(number)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)


# --- kills -----------------------------------------------------------------------------------

KILLS = 200
AT_ONCE = 4  # writers to be killed while the next ones start: starting is what costs


@pytest.mark.slow
def test_a_killed_app_keeps_every_acknowledged_answer(tmp_path: Path) -> None:
    """Forked, so that 200 kills take seconds; each child opens the store anew and is killed -9."""
    folders = Folders.under(tmp_path / "home")
    random = Random(7)
    acknowledged: list[str] = []
    hot_journals = 0
    for n in range(KILLS):
        acknowledged += _killed_writer(folders, f"w{n}", random.random() * 0.03)
        journal = folders.data / "progress.db-journal"
        hot_journals += journal.exists()
        if n % 20 == 19:
            with open_store(folders, project=project) as store:
                found = given(store)
                assert set(acknowledged) <= set(found)
                assert len(found) == len(set(found))
                rebuilt_is_the_same(store)
    assert len(acknowledged) > KILLS
    assert hot_journals  # some kills fell into a transaction, else this would prove nothing


def _killed_writer(folders: Folders, name: str, seconds: float) -> list[str]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            store = open_store(folders, project=project)
            os.write(write, b"open\n")
            n = 0
            while True:
                store.save_draft("e", f"{name}-{n}")
                store.record(answer(f"{name}-{n}", f"q{n % 5}"), NewEvent("hint", "e", {"n": 1}))
                os.write(write, f"{name}-{n}\n".encode())
                n += 1
        os._exit(1)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.readline() == b"open\n"
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return [line.decode().strip() for line in pipe if line.endswith(b"\n")]


def test_a_killed_process_leaves_its_answers_and_its_draft(tmp_path: Path) -> None:
    process = writer(tmp_path / "home", "w", 0)
    assert process.stdout is not None
    lines = [process.stdout.readline().decode().strip() for _ in range(20)]
    process.kill()
    rest = process.stdout.read().decode().split("\n")[:-1]
    process.wait()
    with open_store(Folders.under(tmp_path / "home"), project=project) as store:
        acknowledged = [*lines[1:], *rest]
        found = given(store)
        assert found[: len(acknowledged)] == acknowledged
        assert len(found) - len(acknowledged) in (0, 1)  # one may have been saved and not told
        draft = store.draft("draft-w")
        assert draft is not None
        assert int(draft.text.split("-")[1]) - len(found) in (-1, 0)
        rebuilt_is_the_same(store)


def test_events_of_one_record_are_all_there_or_none(tmp_path: Path) -> None:
    folders = Folders.under(tmp_path / "home")
    for n in range(10):
        _killed_writer(folders, f"w{n}", 0.004 * n)
    with open_store(folders, project=project) as store:
        kinds = [event.kind for event in store.events()]
        assert kinds.count("answer") == kinds.count("hint") > 0


# --- torn and flipped files ------------------------------------------------------------------


def a_hot_journal(folders: Folders) -> tuple[bytes, bytes]:
    """The file and its journal as a power cut in the middle of a transaction leaves them."""
    store = open_store(folders, project=project)
    for n in range(30):
        store.record(answer(f"{n:03}", f"q{n % 5}"))
    store.close()
    connection = sqlite3.connect(folders.progress, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the commit
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE derived SET row = row || ' '")
    connection.execute("CREATE TABLE junk AS SELECT zeroblob(4000) FROM event")
    journal = folders.data / "progress.db-journal"
    left = folders.progress.read_bytes(), journal.read_bytes()
    connection.execute("ROLLBACK")
    connection.close()
    return left


@pytest.mark.parametrize("seed", range(12))
def test_a_torn_or_flipped_journal_never_costs_an_answer(
    open_: Open, folders: Folders, seed: int
) -> None:
    content, journal = a_hot_journal(folders)
    random = Random(seed)
    torn = bytearray(journal)
    if seed % 3 == 0:
        del torn[random.randrange(len(torn)) :]
    elif seed % 3 == 1:
        for _ in range(20):
            torn[random.randrange(len(torn))] ^= 1 << random.randrange(8)
    else:
        torn[: random.randrange(1, 600)] = b"\0" * 600
    folders.progress.write_bytes(content)
    (folders.data / "progress.db-journal").write_bytes(torn)
    store = open_()
    assert store.health.recording
    assert given(store) == [f"{n:03}" for n in range(30)]
    store.record(answer("030"))
    rebuilt_is_the_same(store)


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_anywhere_cost_nothing_that_was_copied(
    open_: Open, folders: Folders, clock: Clock, seed: int
) -> None:
    store = open_()
    for n in range(40):
        store.record(answer(f"{n:03}", f"q{n % 5}"))
    store.close()
    random = Random(seed)
    content = bytearray(folders.progress.read_bytes())
    for _ in range(random.choice((1, 10, 200))):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    folders.progress.write_bytes(content)
    again = open_()
    again.record(answer("040"))
    # What SQLite cannot see (a bit inside a text) is found when the day's backup is made, and
    # healed from the copies at the start after it.
    clock.forward(days=1)
    again.maintain()
    again.close()
    healed = open_()
    assert given(healed) == [f"{n:03}" for n in range(41)]
    assert all(event.intact() for event in healed.events())


@pytest.mark.parametrize("seed", range(10))
def test_a_file_cut_off_anywhere_is_brought_back(open_: Open, folders: Folders, seed: int) -> None:
    store = open_()
    for n in range(40):
        store.record(answer(f"{n:03}", f"q{n % 5}"))
    store.close()
    content = folders.progress.read_bytes()
    folders.progress.write_bytes(content[: Random(seed).randrange(len(content))])
    again = open_()
    assert given(again) == [f"{n:03}" for n in range(40)]
    assert "40 records" in again.health.message


# --- disks -----------------------------------------------------------------------------------


@contextlib.contextmanager
def mounted(where: Path, options: str) -> Iterator[None]:
    where.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(where)]
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small or a read-only disk needs root")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


def remount(where: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(where)], check=True)


def fill_up(path: Path) -> None:
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 4096):
            pass


def test_on_a_full_disk_answers_wait_and_are_saved_once_there_is_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=600k"):
        folders = Folders.under(disk)
        store = open_store(folders, project=project)
        ballast = disk / "ballast"
        for n in range(5):
            store.record(answer(f"{n:03}"))
        fill_up(ballast)
        for n in range(5, 12):
            with contextlib.suppress(NotSaved):
                store.record(answer(f"{n:03}"))
        with pytest.raises(NotSaved, match="disk is full"):
            store.record()
        assert store.unsaved
        assert not store.health.recording
        assert "Not saved" in store.health.message
        with contextlib.suppress(NotSaved):
            store.save_draft("e", "typed on a full disk")
        draft = store.draft("e")
        assert draft is not None
        assert draft.text == "typed on a full disk"
        assert given(store) == [f"{n:03}" for n in range(12 - store.unsaved)]  # old rows intact
        assert not store.retry()

        ballast.unlink()
        assert store.retry()
        assert store.health.recording
        assert store.health.message == ""
        assert given(store) == [f"{n:03}" for n in range(12)]
        assert store.draft("e") == draft
        rebuilt_is_the_same(store)
        store.close()


def test_a_disk_that_is_full_at_the_start_opens_and_records_later(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=256k"):
        ballast = disk / "ballast"
        fill_up(ballast)
        store = open_store(Folders.under(disk), project=project)
        assert not store.health.recording
        assert "full" in store.health.message
        with pytest.raises(NotSaved):
            store.record(answer("kept"))
        ballast.unlink()
        assert store.retry()
        assert given(store) == ["kept"]
        assert store.health.message == ""
        store.close()


def test_on_a_read_only_disk_everything_can_be_read_and_a_banner_says_so(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=4m"):
        folders = Folders.under(disk)
        with open_store(folders, project=project) as store:
            store.record(answer("old"))
            store.save_draft("e", "text")
        remount(disk, "ro")
        store = open_store(folders, project=project)
        assert not store.health.recording
        assert "read-only" in store.health.message
        assert given(store) == ["old"]
        assert store.cards()["q"].reps == 1
        draft = store.draft("e")
        assert draft is not None
        assert draft.text == "text"
        with pytest.raises(NotSaved, match="read-only"):
            store.record(answer("new"))
        remount(disk, "rw")
        assert store.retry()
        assert given(store) == ["old", "new"]
        assert store.health.recording
        store.close()


def test_a_read_only_disk_without_progress_opens_empty(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=1m,ro"):
        store = open_store(Folders.under(disk), project=project)
        assert not store.health.recording
        assert store.events() == []
        assert store.states() == {}
        assert store.place() is None
        store.close()


def test_a_journal_on_a_read_only_disk_is_rolled_back_in_the_reading(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=8m"):
        folders = Folders.under(disk)
        content, journal = a_hot_journal(folders)
        folders.progress.write_bytes(content)
        (folders.data / "progress.db-journal").write_bytes(journal)
        remount(disk, "ro")
        store = open_store(folders, project=project)
        assert given(store) == [f"{n:03}" for n in range(30)]
        assert not store.health.recording
        store.close()


def test_a_folder_that_cannot_be_made_gives_a_banner(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = open_store(Folders.under(tmp_path / "file"), project=project)
    assert not store.health.recording
    assert store.health.message
    with pytest.raises(NotSaved):
        store.record(answer("a"))
    assert store.unsaved == 1
    store.close()


# --- two at once -----------------------------------------------------------------------------


@pytest.mark.slow
def test_two_apps_at_once_lose_no_row(tmp_path: Path) -> None:
    home = tmp_path / "home"
    processes = [writer(home, name, 1000) for name in ("a", "b")]
    outputs = [process.communicate()[0].decode().split() for process in processes]
    for name, process, lines in zip("ab", processes, outputs, strict=True):
        assert process.returncode == 0
        assert lines == ["open", *(f"{name}-{n}" for n in range(1000)), "closed"]
    with open_store(Folders.under(home), project=project) as store:
        found = given(store)
        assert len(found) == 2000
        for name in "ab":  # each one's own order is kept
            mine = [one for one in found if one.startswith(f"{name}-")]
            assert mine == [f"{name}-{n}" for n in range(1000)]
        assert [event.seq for event in store.events()] == list(range(1, 2001))
        rebuilt_is_the_same(store)


def test_ten_processes_may_start_at_the_same_moment(tmp_path: Path) -> None:
    home = tmp_path / "home"
    processes = [writer(home, f"p{n}", 3) for n in range(10)]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    with open_store(Folders.under(home), project=project) as store:
        assert len(given(store)) == 30
        assert store.health.message == ""


def test_a_writer_waits_for_the_other_one(store: Store, folders: Folders) -> None:
    other = sqlite3.connect(folders.progress, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("COMMIT")).start()
    store.record(answer("a"))
    assert given(store) == ["a"]
    other.close()


# --- clocks and places -----------------------------------------------------------------------


def test_a_clock_that_jumps_loses_and_reorders_nothing(store: Store, clock: Clock) -> None:
    for n, move in enumerate((0, -3600, 86400 * 3650, -86400 * 3650, 60, -86400 * 30, 86400 * 30)):
        clock.forward(seconds=move)
        store.record(answer(f"{n}"))
    assert given(store) == [str(n) for n in range(7)]
    assert "clock" in store.health.message
    assert store.cards()["q"].last == study_day(clock.now)


def study_every_day(store: Store, clock: Clock, moments: list[datetime]) -> None:
    for n, moment in enumerate(moments):
        clock.now = moment
        store.record(answer(f"{n}"))


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", datetime(2026, 3, 27, 23, 30)),  # into summer time
        ("Europe/Berlin", datetime(2026, 10, 23, 23, 30)),  # and out of it
        ("America/Los_Angeles", datetime(2026, 3, 6, 4, 1)),
        ("America/Los_Angeles", datetime(2026, 10, 30, 4, 1)),
        ("Australia/Lord_Howe", datetime(2026, 4, 3, 3, 59)),  # half an hour of it
        ("Asia/Kathmandu", datetime(2026, 4, 3, 0, 10)),
    ],
)
def test_one_study_a_local_day_keeps_the_streak_when_the_clocks_change(
    store: Store, clock: Clock, zone: str, first: datetime
) -> None:
    moments = [(first + timedelta(days=n)).replace(tzinfo=ZoneInfo(zone)) for n in range(5)]
    study_every_day(store, clock, moments)
    days = [event.day for event in store.events()]
    assert days == [days[0] + timedelta(days=n) for n in range(5)]
    assert streak(store.days().values(), days[-1]).days == 5


def test_the_night_of_the_change_is_one_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring = [
        datetime(2026, 3, 29, 1, 59, tzinfo=berlin),
        datetime(2026, 3, 29, 3, 1, tzinfo=berlin),
    ]
    autumn = [datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=berlin) for fold in (0, 1)]
    assert len({study_day(at) for at in spring}) == 1
    assert len({study_day(at) for at in autumn}) == 1
    assert study_day(datetime(2026, 3, 29, 4, 0, tzinfo=berlin)).day == 29
    assert study_day(datetime(2026, 3, 29, 3, 59, tzinfo=berlin)).day == 28


def test_a_flight_from_tokyo_to_los_angeles_keeps_days_and_streak(
    store: Store, clock: Clock
) -> None:
    tokyo, angeles = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Los_Angeles")
    study_every_day(
        store,
        clock,
        [
            datetime(2026, 5, 1, 20, 0, tzinfo=tokyo),
            datetime(2026, 5, 2, 20, 0, tzinfo=tokyo),  # lands before it has left
            datetime(2026, 5, 2, 13, 0, tzinfo=angeles),
            datetime(2026, 5, 3, 9, 0, tzinfo=angeles),
        ],
    )
    before = [(event.day, event.tz_min) for event in store.events()]
    assert [day.day for day, _ in before] == [1, 2, 2, 3]
    assert streak(store.days().values(), before[-1][0]).days == 4 - 1
    assert store.health.message == ""  # a flight is no wrong clock
    store.rebuild()
    assert [(event.day, event.tz_min) for event in store.events()] == before


def test_a_flight_to_the_west_over_the_date_line_forgets_no_day(store: Store, clock: Clock) -> None:
    tokyo, honolulu = ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Honolulu")
    study_every_day(
        store,
        clock,
        [
            datetime(2026, 5, 2, 20, 0, tzinfo=tokyo),
            datetime(2026, 5, 1, 21, 0, tzinfo=honolulu),  # yesterday again
            datetime(2026, 5, 2, 9, 0, tzinfo=honolulu),
        ],
    )
    assert set(store.days()) == {"2026-05-01", "2026-05-02"}
    assert len(given(store)) == 3
    card = store.cards()["q"]
    assert card.due > card.last


def test_lines_of_the_mirror_are_events(store: Store, folders: Folders) -> None:
    store.record(answer("a"), answer("b"))
    store.maintain()
    lines = folders.mirror.read_text().splitlines()
    assert [from_line(line) for line in lines] == store.events()
