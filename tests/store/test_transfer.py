"""Progress goes from machine to machine without loss, whatever the order."""

import csv
import os
import shutil
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from storing import Clock, Open, rebuilt_is_the_same

from tutor.paths import Folders
from tutor.store import derive, writing
from tutor.store.db import Store
from tutor.store.events import Event, NewEvent, from_line, sealed, to_line
from tutor.store.file import in_memory
from tutor.store.folds import ItemFold, SeenFold
from tutor.store.reads import derived
from tutor.store.schema import create
from tutor.store.transfer import (
    everything,
    export_csv,
    export_jsonl,
    export_lines,
    import_jsonl,
    reset,
    undo_reset,
    wipe,
)
from tutor.study.schedule import project


def answer(item: str, right: bool = True) -> NewEvent:
    return NewEvent("answer", item, {"right": right})


def machine(open_: Open, tmp_path: Path, name: str) -> Store:
    return open_(Folders.under(tmp_path / name))


# --- export and import -----------------------------------------------------------------------


def test_an_export_read_elsewhere_is_the_same_progress(
    open_: Open, tmp_path: Path, clock: Clock
) -> None:
    here, there = machine(open_, tmp_path, "here"), machine(open_, tmp_path, "there")
    for n in range(12):
        here.record(answer(f"q{n % 4}", n % 3 > 0))
        clock.forward(hours=7)
    here.record(NewEvent("undo", "q1"), NewEvent("odd-kind", "q2", {"kept": [1.5, None]}))
    here.save_draft("e", "typed, not handed in", (0, 5))
    assert export_jsonl(here, tmp_path / "out.jsonl") == 15
    imported = import_jsonl(there, tmp_path / "out.jsonl")
    assert (imported.merged.added, imported.unreadable) == (15, ())
    assert there.events() == here.events()
    assert there.derived() == here.derived()
    draft = there.draft("e")
    assert draft is not None
    assert (draft.text, draft.cursor) == ("typed, not handed in", (0, 5))
    assert list(export_lines(there)) == list(export_lines(here))


def test_importing_twice_adds_nothing(open_: Open, tmp_path: Path) -> None:
    here, there = machine(open_, tmp_path, "here"), machine(open_, tmp_path, "there")
    here.record(answer("q"), answer("r"))
    export_jsonl(here, tmp_path / "out.jsonl")
    import_jsonl(there, tmp_path / "out.jsonl")
    again = import_jsonl(there, tmp_path / "out.jsonl")
    assert (again.merged.added, again.merged.known) == (0, 2)
    assert import_jsonl(here, tmp_path / "out.jsonl").merged.added == 0


def test_two_machines_that_exchange_files_agree(open_: Open, tmp_path: Path, clock: Clock) -> None:
    machines = [machine(open_, tmp_path, name) for name in "abc"]
    for round_ in range(3):
        for n, one in enumerate(machines):
            one.record(answer("shared", (round_ + n) % 2 == 0), answer(f"own{n}"))
            clock.forward(hours=n * 5 - 3)
    for n, one in enumerate(machines):
        export_jsonl(one, tmp_path / f"{n}.jsonl")
    for order, one in zip(permutations(range(3)), machines, strict=False):
        for n in order:
            import_jsonl(one, tmp_path / f"{n}.jsonl")
    first, *others = machines
    for other in others:
        assert other.events() == first.events()
        assert other.derived() == first.derived()


def test_what_is_written_after_an_import_comes_after_it(
    open_: Open, tmp_path: Path, clock: Clock
) -> None:
    here, there = machine(open_, tmp_path, "here"), machine(open_, tmp_path, "there")
    clock.forward(days=30)
    here.record(answer("q", right=False))
    export_jsonl(here, tmp_path / "out.jsonl")
    clock.forward(days=-30)
    import_jsonl(there, tmp_path / "out.jsonl")
    (event,) = there.record(NewEvent("undo", "q"))
    assert event.id == there.events()[-1].id
    assert there.state("q").attempts == 0


def test_a_copied_folder_counts_on_under_another_name(
    open_: Open, tmp_path: Path, folders: Folders
) -> None:
    here = open_()
    here.record(answer("q"))
    here.close()
    copied = Folders.under(tmp_path / "copied")
    shutil.copytree(folders.data, copied.data)
    here, there = open_(), open_(copied)
    (one,) = here.record(answer("a"))
    (other,) = there.record(answer("b"))
    assert one.device != other.device
    export_jsonl(there, tmp_path / "there.jsonl")
    assert import_jsonl(here, tmp_path / "there.jsonl").merged.added == 1
    assert {event.item for event in here.events()} == {"q", "a", "b"}


def test_an_id_with_another_content_is_reported_and_ours_is_kept(
    open_: Open, tmp_path: Path
) -> None:
    here = machine(open_, tmp_path, "here")
    (event,) = here.record(answer("q"))
    forged = sealed(replace(event, body={"right": False}))
    rotten = replace(event, id="0" * 26, crc=1)
    path = tmp_path / "in.jsonl"
    path.write_text(f"{to_line(forged)}\n{to_line(rotten)}\nno event\n\n{to_line(event)}\n")
    imported = import_jsonl(here, path)
    assert imported.merged.differing == (event.id,)
    assert imported.merged.broken == ("0" * 26,)
    assert imported.merged.known == 1
    assert imported.unreadable == (3,)
    assert here.events() == [event]


def test_the_csv_holds_a_row_an_event_and_no_formula(open_: Open, tmp_path: Path) -> None:
    here = machine(open_, tmp_path, "here")
    here.record(
        answer("q"),
        NewEvent("attempt", "e", {"outcome": "wrong", "misconception": "=1+1", "note": 'a,"b"\n'}),
    )
    assert export_csv(here, tmp_path / "out.csv") == 2
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["kind"] for row in rows] == ["answer", "attempt"]
    assert rows[0]["right"] == "True"
    assert rows[0]["at"] == "2026-03-02T12:00:00.000+01:00"
    assert rows[1]["misconception"] == "'=1+1"
    assert 'a,\\"b\\"\\n' in rows[1]["body"]


# --- merge, in general -----------------------------------------------------------------------

DAY = date(2026, 3, 20)
KINDS = st.sampled_from(["answer", "answer", "attempt", "reveal", "reset", "step", "odd", "undo"])


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of up to three devices, undoings of each other's events among them."""
    events: list[Event] = []
    for n in range(draw(st.integers(0, 14))):
        kind = draw(KINDS)
        body: dict[str, object] = {
            "answer": {"right": draw(st.booleans()), "sure": 0.7},
            "attempt": {"outcome": draw(st.sampled_from(["passed", "wrong", "error"]))},
            "step": {"lesson": "l", "step": draw(st.sampled_from("ab"))},
            "undo": {"event": draw(st.sampled_from([one.id for one in events] or ["none"]))},
        }.get(kind, {})
        day = draw(st.dates(DAY.replace(day=1), DAY))
        device = draw(st.sampled_from("xyz"))
        item = draw(st.sampled_from(["p", "q"]))
        at = 1_770_000_000_000 + n * 3_000_000
        number = draw(st.integers(0, 10**6))
        event = Event(f"{number:020}{n:06}", device, n, kind, 1, at, 60, day, item, 1, body)
        events.append(sealed(event))
    return events


class Machine:
    """The heart of a store: what it merges and what follows from it, in memory."""

    folds = (ItemFold(), SeenFold(), *project)

    def __init__(self, events: list[Event]) -> None:
        self.connection = in_memory()
        create(self.connection)
        self.merge(events)

    def merge(self, events: list[Event]) -> None:
        merged = writing.merge(self.connection, self.folds, events)
        assert not merged.differing
        assert not merged.broken

    def events(self) -> list[Event]:
        return list(derive.select(self.connection))

    def outcome(self) -> tuple[list[Event], list[tuple[str, str, str]]]:
        return self.events(), derived(self.connection)


@st.composite
def parts(draw: st.DrawFn) -> tuple[list[Event], list[list[Event]]]:
    """A history and pieces of it that overlap, are shuffled, and make up the whole."""
    history = draw(histories())
    number = draw(st.integers(1, 4))
    pieces: list[list[Event]] = [[] for _ in range(number)]
    for event in history:
        for piece in draw(st.sets(st.integers(0, number - 1), min_size=1)):
            pieces[piece].append(event)
    return history, [draw(st.permutations(piece)) for piece in pieces]


@given(parts())
@settings(max_examples=500, deadline=None)
def test_a_merge_is_commutative_associative_and_idempotent(
    story: tuple[list[Event], list[list[Event]]],
) -> None:
    history, pieces = story
    whole = Machine(history).outcome()

    one_by_one = Machine([])
    for piece in pieces:
        one_by_one.merge(piece)
    assert one_by_one.outcome() == whole

    backwards = Machine([])
    for piece in reversed(pieces):
        backwards.merge(piece)
        backwards.merge(piece)
    assert backwards.outcome() == whole

    *first, last = pieces
    right = Machine([event for piece in first for event in piece])
    grouped = Machine(last)
    grouped.merge(right.events())
    assert grouped.outcome() == whole


@given(histories())
@settings(max_examples=200, deadline=None)
def test_every_event_comes_back_from_its_line(history: list[Event]) -> None:
    assert [from_line(to_line(event)) for event in history] == history


# --- backup, reset, wipe ---------------------------------------------------------------------


def test_a_backup_is_a_whole_file_that_opens(open_: Open, tmp_path: Path) -> None:
    here = machine(open_, tmp_path, "here")
    here.record(answer("q"))
    target = Folders.under(tmp_path / "restored")
    target.data.mkdir(parents=True)
    assert here.backup(target.progress) == target.progress
    assert open_(target).events() == here.events()


def test_backups_are_made_once_a_day_and_rotated(
    open_: Open, folders: Folders, clock: Clock
) -> None:
    for n in range(12):
        store = open_()
        store.record(answer(f"q{n}"))
        store.close()
        for path in folders.backups.iterdir():  # file times follow the test's clock
            os.utime(path, (clock.now.timestamp() - 86_400,) * 2)
        clock.forward(days=1)
    assert len(list(folders.backups.iterdir())) == 7
    store = open_()
    store.backup()
    assert len(list(folders.backups.iterdir())) == 7


def test_a_second_close_on_one_day_makes_no_second_backup(open_: Open, folders: Folders) -> None:
    for _ in range(3):
        store = open_()
        store.record(answer("q"))
        store.close()
    assert len(list(folders.backups.iterdir())) == 1


def test_a_reset_of_everything_is_undone_in_one_go(store: Store) -> None:
    store.record(answer("q"), answer("r"), NewEvent("step", "l", {"lesson": "l", "step": "a"}))
    store.save_draft("e", "mine")
    before = store.cards(), store.seen_steps()
    assert reset(store) == ("e", "l", "q", "r")
    assert (store.cards(), store.seen_steps(), store.draft("e")) == ({}, {}, None)
    assert reset(store) == ()
    assert set(undo_reset(store)) == {"e", "l", "q", "r"}
    assert (store.cards(), store.seen_steps()) == before
    assert undo_reset(store) == ()
    draft = store.draft("e")
    assert draft is not None
    assert draft.text == "mine"


def test_resets_are_undone_one_after_the_other(store: Store) -> None:
    store.record(answer("q"), answer("r"))
    assert reset(store, ["q", "unknown"]) == ("q",)
    assert reset(store, ["r"]) == ("r",)
    assert undo_reset(store) == ("r",)
    assert undo_reset(store) == ("q",)
    assert set(store.cards()) == {"q", "r"}
    rebuilt_is_the_same(store)


def test_a_wipe_leaves_no_trace_and_touches_no_other_file(open_: Open, folders: Folders) -> None:
    store = open_()
    store.record(answer("very-private-item"))
    store.maintain()
    store.backup()
    store.close()
    (folders.data / "progress.db.damaged-20260302").write_text("very-private-item")
    other = folders.data / "notes.txt"
    other.write_text("mine")
    gone = everything(folders)
    assert len(gone) >= 4
    assert wipe(folders) == gone
    left = [path for path in folders.data.rglob("*") if path.is_file()]
    assert other in left
    assert not any(b"very-private-item" in path.read_bytes() for path in left)
    assert open_().events() == []


def test_a_store_that_is_open_during_a_wipe_starts_anew(open_: Open, folders: Folders) -> None:
    store = open_()
    store.record(answer("q"))
    wipe(folders)
    store.record(answer("r"))
    assert [event.item for event in store.events()] == ["r"]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_an_exported_day_is_frozen_wherever_it_is_read(
    open_: Open, tmp_path: Path, zone: str
) -> None:
    here = machine(open_, tmp_path, "here")
    (event,) = here.record(answer("q"))
    export_jsonl(here, tmp_path / "out.jsonl")
    there = open_(Folders.under(tmp_path / "there"), clock=Clock(zone))
    import_jsonl(there, tmp_path / "out.jsonl")
    assert there.events()[0].day == event.day
