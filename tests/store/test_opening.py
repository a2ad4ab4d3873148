"""Whatever is found where the progress file should be, the app opens and says what it did."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from storing import Clock, Open, rebuilt_is_the_same

from tutor.paths import Folders
from tutor.store.db import NotSaved, Store
from tutor.store.events import NewEvent
from tutor.store.schema import APPLICATION_ID, VERSION


def fill(store: Store, number: int, first: int = 0) -> None:
    for n in range(first, first + number):
        store.record(NewEvent("answer", f"q{n % 7}", {"right": n % 3 > 0, "given": f"{n:04}"}))


def given(store: Store) -> list[str]:
    return [event.body["given"] for event in store.events(kind="answer")]


def answers(number: int) -> list[str]:
    return [f"{n:04}" for n in range(number)]


def asides(folders: Folders) -> list[str]:
    return sorted(path.name for path in folders.data.glob("progress.db.*"))


def test_the_first_start_says_nothing(open_: Open, folders: Folders) -> None:
    store = open_()
    assert store.health.recording
    assert store.health.message == ""
    with sqlite3.connect(folders.progress) as file:
        assert file.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert file.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert file.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    file.close()


def zero(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(Random(1).randbytes(50_000))


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def header(path: Path) -> None:
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


def torn_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = Random(2).randbytes(4096)
    path.write_bytes(content)


def someone_elses(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name)")
    other.close()


def deleted(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [zero, garbage, half, header, torn_page, someone_elses, deleted])
def test_a_harmed_file_is_moved_aside_and_rebuilt(
    open_: Open, folders: Folders, harm: Callable[[Path], None]
) -> None:
    store = open_()
    fill(store, 40)
    store.save_draft("e", "half a thought", (0, 4))
    store.close()
    harm(folders.progress)
    harmed = folders.progress.read_bytes() if folders.progress.exists() else b""

    again = open_()
    assert again.health.recording
    assert "40 records were brought back" in again.health.message
    assert given(again) == answers(40)
    draft = again.draft("e")
    assert draft is not None
    assert draft.text == "half a thought"
    if harm is not deleted:
        (aside,) = asides(folders)
        assert aside in again.health.message
        assert (folders.data / aside).read_bytes() == harmed
    fill(again, 1, 40)
    again.close()
    assert open_().health.message == ""


def test_without_copies_what_can_still_be_read_is_kept(open_: Open, folders: Folders) -> None:
    store = open_()
    fill(store, 300)
    store.close()
    folders.mirror.unlink()
    for path in folders.backups.iterdir():
        path.unlink()
    torn_page(folders.progress)
    again = open_()
    assert 0 < len(again.events()) <= 300
    assert set(given(again)) <= set(answers(300))
    assert f"{len(again.events())} records" in again.health.message


def test_what_happened_after_the_last_mirror_is_read_from_the_damaged_file(
    open_: Open, folders: Folders
) -> None:
    store = open_()
    fill(store, 20)
    store.close()
    later = open_()
    fill(later, 20, 20)
    content = bytearray(folders.progress.read_bytes())
    # The derived table alone is damaged: its page is the one that holds its rows.
    place = content.rindex(b'"item":"q1","memory"')
    content[place - place % 4096 : place - place % 4096 + 8] = b"\xff" * 8
    folders.progress.write_bytes(content)
    again = open_()
    assert given(again) == answers(40)
    rebuilt_is_the_same(again)


def test_damage_met_while_running_is_healed_in_place(open_: Open, folders: Folders) -> None:
    store = open_()
    fill(store, 60)
    store.maintain()
    garbage(folders.progress)
    fill(store, 1, 60)
    assert given(store) == answers(61)
    assert "60 records were brought back" in store.health.message


def test_a_file_deleted_while_running_does_not_swallow_answers(
    open_: Open, folders: Folders
) -> None:
    store = open_()
    fill(store, 3)
    store.maintain()
    folders.progress.unlink()
    fill(store, 1, 3)
    assert given(store) == answers(4)
    assert given(open_()) == answers(4)


def test_a_newer_file_is_read_and_not_a_byte_of_it_changed(open_: Open, folders: Folders) -> None:
    store = open_()
    fill(store, 5)
    store.save_draft("e", "text")
    store.close()
    with sqlite3.connect(folders.progress) as file:
        file.execute(f"PRAGMA user_version = {VERSION + 1}")
        file.execute("ALTER TABLE event ADD COLUMN mood TEXT")
    file.close()
    before = {path: path.read_bytes() for path in folders.data.rglob("*") if path.is_file()}

    newer = open_()
    assert not newer.health.recording
    assert "newer version" in newer.health.message
    assert given(newer) == answers(5)
    assert newer.state("q1").attempts == 1
    assert len(newer.cards()) == 5
    with pytest.raises(NotSaved):
        newer.record(NewEvent("answer", "q1", {"right": True}))
    newer.close()
    after = {path: path.read_bytes() for path in folders.data.rglob("*") if path.is_file()}
    assert after == before


def test_a_torn_mirror_gives_its_whole_lines(open_: Open, folders: Folders) -> None:
    store = open_()
    fill(store, 10)
    store.close()
    for path in folders.backups.iterdir():
        path.unlink()
    lines = folders.mirror.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b"answer", b"anzwer")
    folders.mirror.write_bytes(b"".join(lines)[:-20])
    folders.progress.unlink()
    again = open_()
    assert given(again) == [one for one in answers(9) if one != "0003"]


def test_the_mirror_is_appended_and_survives_being_lost_or_torn(
    open_: Open, folders: Folders
) -> None:
    for round_ in range(4):
        store = open_()
        fill(store, 5, round_ * 5)
        store.close()
        if round_ == 0:
            folders.mirror.unlink()
        if round_ == 1:
            folders.mirror.write_bytes(folders.mirror.read_bytes()[:-30])
    folders.progress.unlink()
    for path in folders.backups.iterdir():
        path.unlink()
    assert given(open_()) == answers(20)


def test_the_clock_far_behind_is_said_once(open_: Open, clock: Clock) -> None:
    store = open_()
    clock.forward(days=400)
    fill(store, 1)
    store.close()
    clock.forward(days=-400)
    back = open_()
    assert "clock" in back.health.message
    fill(back, 1, 1)
    assert given(back) == answers(2)
    back.close()
    assert open_().health.message == ""
