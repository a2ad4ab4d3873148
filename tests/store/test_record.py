"""What is written down is there, as it was, and nothing else changes it."""

import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storing import Clock, Open

from tutor.paths import Folders
from tutor.store.db import Store, open_store
from tutor.store.events import (
    Event,
    NewEvent,
    canonical,
    from_line,
    living,
    new_id,
    sealed,
    to_line,
    ulid_ms,
)
from tutor.store.rows import Draft, Place
from tutor.study.schedule import project


def answer(item: str, right: bool = True, **more: Any) -> NewEvent:
    return NewEvent("answer", item, {"right": right, **more})


def attempt(item: str, outcome: str, **more: Any) -> NewEvent:
    return NewEvent("attempt", item, {"outcome": outcome, **more})


def test_an_answer_is_there_after_reopening(open_: Open) -> None:
    first = open_()
    (written,) = first.record(answer("q", given="b"))
    first.close()
    again = open_()
    assert again.events() == [written]
    assert again.state("q").right == 1
    assert again.cards()["q"].reps == 1
    assert again.health.message == ""


def test_files_are_the_learners_own(store: Store, folders: Folders) -> None:
    store.record(answer("q"))
    store.maintain()
    assert stat.S_IMODE(folders.data.stat().st_mode) == 0o700
    files = [path for path in folders.data.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_an_event_can_be_neither_changed_nor_deleted_nor_replaced(
    store: Store, folders: Folders
) -> None:
    store.record(answer("q"))
    other = sqlite3.connect(folders.progress)
    for statement in (
        "UPDATE event SET item = 'r'",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT * FROM event",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="events are never"):
            other.execute(statement)
        other.rollback()
    other.close()
    assert store.state("q").attempts == 1


def test_several_events_are_written_together(store: Store) -> None:
    events = store.record(answer("q"), NewEvent("place", body={"lesson": "l", "step": "s"}))
    assert [event.seq for event in events] == [1, 2]
    assert events[0].id < events[1].id
    assert store.record() == ()


def test_every_event_carries_its_day_its_zone_and_a_checksum(store: Store, clock: Clock) -> None:
    clock.now = clock.now.replace(hour=3, minute=59)  # still the evening before
    (event,) = store.record(answer("q"))
    assert event.day.isoformat() == "2026-03-01"
    assert event.tz_min == 60
    assert event.intact()


def test_a_flipped_field_does_not_pass_the_checksum(store: Store) -> None:
    (event,) = store.record(answer("q", given="b"))
    line = to_line(event)
    assert from_line(line) == event
    with pytest.raises(ValueError, match="checksum"):
        from_line(line.replace('"given":"b"', '"given":"c"'))


def test_bodies_come_back_as_they_went_and_unknown_kinds_are_kept(store: Store) -> None:
    body = {"z": [1, 2.5, None, {"b": "ü\u2028", "a": True}], "empty": "", "big": 2**53}
    store.record(NewEvent("from-the-future", "q", body, item_rev=3))
    (event,) = store.events(kind="from-the-future")
    assert event.body == body
    assert event.item_rev == 3


def test_the_place_and_the_seen_steps_are_kept(store: Store) -> None:
    assert store.place() is None
    for step in ("a", "b", "a"):
        where = {"lesson": "l", "step": step}
        store.record(NewEvent("step", "l", where), NewEvent("place", body={**where, "item": "e"}))
    assert store.place() == Place("l", "a", "e")
    assert store.seen("l") == {"a", "b"}
    assert store.seen("other") == frozenset()
    assert store.snapshot().opened == {"l"}


def test_a_draft_is_as_it_was_typed_cursor_and_output_too(open_: Open) -> None:
    first = open_()
    assert first.draft("e") is None
    first.save_draft("e", "x = 1", (0, 5), output="1\n")
    first.save_draft("e", "x = 12\n\tü", (1, 2))
    first.close()
    assert open_().draft("e") == Draft("e", "x = 12\n\tü", (1, 2), "1\n")


def test_typing_adds_no_events_and_a_submission_adds_the_code(store: Store) -> None:
    store.save_draft("e", "one", (0, 1))
    store.save_draft("e", "two", (0, 3))
    assert store.events() == []
    store.record(attempt("e", "wrong"))
    store.record(attempt("e", "wrong"))
    drafts = store.events(kind="draft")
    assert [event.body["text"] for event in drafts] == ["two"]
    assert [event.kind for event in store.events()] == ["draft", "attempt", "attempt"]


def test_the_last_verdict_and_output_are_restored_without_running(open_: Open) -> None:
    first = open_()
    verdict = {"outcome": "wrong", "message": "No.", "output": "hi\n"}
    first.record(attempt("e", "wrong", verdict=verdict, misconception="m"))
    first.close()
    state = open_().state("e")
    assert state.last_verdict == verdict
    assert state.last_output == "hi\n"
    assert state.last_outcome == "wrong"
    assert state.misconceptions["m"].times == 1


def test_an_untouched_starter_is_not_counted(store: Store) -> None:
    store.record(attempt("e", "not_attempted"), attempt("e", "internal"))
    assert store.state("e").attempts == 0
    assert store.states() == {}
    assert store.cards() == {}


def test_hints_and_reveals_stand_until_it_is_right(store: Store) -> None:
    store.record(NewEvent("hint", "e", {"n": 1}), NewEvent("hint", "e", {"n": 2}))
    store.record(NewEvent("reveal", "e"))
    assert store.state("e").hints_used == 2
    assert store.state("e").revealed
    store.record(attempt("e", "passed"))
    assert store.state("e").hints_used == 0
    assert not store.state("e").revealed
    assert store.state("e").passed


def test_a_misconception_is_overcome_by_right_answers_on_two_later_days(
    store: Store, clock: Clock
) -> None:
    store.record(answer("q", right=False, misconception="m"), answer("q"))
    assert store.state("q").misconceptions["m"].right_days == 0
    for expected in (1, 2):
        clock.forward(days=1)
        store.record(answer("q"), answer("q"))
        assert store.state("q").misconceptions["m"].right_days == expected
    store.record(answer("q", right=False, misconception="m"))
    assert store.state("q").misconceptions["m"].right_days == 0
    assert store.state("q").misconceptions["m"].times == 2


# --- undo and reset --------------------------------------------------------------------------


def test_undo_takes_the_last_result_back_and_undo_of_undo_brings_it_again(store: Store) -> None:
    store.record(answer("q"))
    once = store.derived()
    store.record(answer("q", right=False))
    (undo,) = store.record(NewEvent("undo", "q"))
    assert store.derived() == once
    store.record(NewEvent("undo", "q", {"event": undo.id}))
    assert store.state("q").wrong == 1
    store.record(NewEvent("undo", "q"), NewEvent("undo", "q"))
    assert store.state("q").attempts == 0
    assert store.cards() == {}
    assert len(store.events()) == 6


def test_a_rating_falls_with_the_answer_that_it_was_about(store: Store, clock: Clock) -> None:
    store.record(answer("q"))
    clock.forward(days=2)
    before = store.cards()["q"]
    store.record(answer("q"))
    store.record(NewEvent("review", "q", {"rating": "easy"}))
    assert store.cards()["q"].rating == "easy"
    store.record(NewEvent("undo", "q"))
    assert store.cards()["q"] == before


def test_undo_of_nothing_is_nothing(store: Store) -> None:
    store.record(NewEvent("undo", "q"), NewEvent("undo", "q", {"event": "no such"}))
    assert store.states() == {}


def test_a_reset_forgets_one_item_and_can_be_undone_draft_included(store: Store) -> None:
    store.record(attempt("e", "passed"), answer("q"))
    store.save_draft("e", "mine", (0, 4))
    before = store.derived()
    (reset,) = store.record(NewEvent("reset", "e"))
    assert store.draft("e") is None
    assert store.state("e").attempts == 0
    assert "e" not in store.cards()
    assert store.state("q").right == 1
    store.record(NewEvent("undo", "e", {"event": reset.id}))
    assert store.draft("e") == Draft("e", "mine", (0, 4))
    assert store.cards()["e"].reps == 1
    kept = [row for row in store.derived() if row[0] == "card"]
    assert kept == [row for row in before if row[0] == "card"]


def test_a_reset_lesson_is_unseen(store: Store) -> None:
    store.record(NewEvent("step", "l", {"lesson": "l", "step": "a"}))
    store.record(NewEvent("reset", "l"))
    assert store.seen("l") == frozenset()
    store.record(NewEvent("undo", "l"))
    assert store.seen("l") == {"a"}


def test_progress_follows_an_item_to_its_new_name(store: Store, clock: Clock) -> None:
    store.record(answer("old"), NewEvent("step", "old-lesson", {"step": "a"}))
    store.rename({"old": "new", "old-lesson": "new-lesson"})
    clock.forward(days=2)
    store.record(answer("new"))
    assert store.state("new").right == 2
    assert store.state("new").item == "new"
    assert set(store.cards()) == {"new"}
    assert store.cards()["new"].item == "new"
    assert store.cards()["new"].reps == 2
    assert store.seen("new-lesson") == {"a"}
    store.record(NewEvent("undo", "new"))
    assert store.cards()["new"].reps == 1
    store.record(NewEvent("undo", "new"))
    assert store.cards() == {}


# --- ids, clocks, days -----------------------------------------------------------------------


def test_ids_sort_in_the_order_of_writing_whatever_the_clock_does(
    store: Store, clock: Clock
) -> None:
    for move in (0, 1, -3600, 10, -86400 * 400, 5, 86400 * 4000, -86400 * 4000, 0):
        clock.forward(seconds=move)
        store.record(answer("q"))
    events = store.events()
    assert [event.seq for event in events] == list(range(1, 10))
    assert [event.id for event in events] == sorted(event.id for event in events)


@given(st.integers(0, 2**47), st.integers(0, 2**47))
def test_an_id_sorts_after_the_last_one_and_keeps_its_time(last_ms: int, now_ms: int) -> None:
    last = new_id(last_ms)
    following = new_id(now_ms, last)
    assert following > last
    assert ulid_ms(following) == max(now_ms, last_ms + 1)
    assert len(following) == 26


def test_two_devices_that_know_the_same_last_id_take_different_next_ones() -> None:
    last = new_id(1_000_000)
    assert new_id(0, last) != new_id(0, last)


# --- the same bytes --------------------------------------------------------------------------

ITEMS = st.sampled_from(["a", "b", "c"])
BODIES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "answer": st.fixed_dictionaries(
        {"right": st.booleans()},
        optional={
            "sure": st.floats(0, 1),
            "misconception": st.sampled_from(["m", "n"]),
            "ms": st.integers(0, 300_000),
        },
    ),
    "attempt": st.fixed_dictionaries(
        {"outcome": st.sampled_from(["passed", "wrong", "error", "not_attempted"])},
        optional={"misconception": st.sampled_from(["m", "n"]), "hints": st.integers(0, 4)},
    ),
    "review": st.fixed_dictionaries({"rating": st.sampled_from(["again", "hard", "good", "easy"])}),
    "hint": st.fixed_dictionaries({"n": st.integers(1, 3)}),
    "reveal": st.just({}),
    "step": st.fixed_dictionaries({"lesson": ITEMS, "step": ITEMS}),
    "undo": st.just({}),
    "reset": st.just({}),
    "setting": st.just({"theme": "dark"}),
}


@st.composite
def moments(draw: st.DrawFn) -> tuple[NewEvent, float]:
    kind = draw(st.sampled_from([*BODIES, "answer", "answer", "attempt"]))
    hours = draw(st.sampled_from([0.0, 0.01, 1.0, 30.0, 300.0, -20.0]))
    return NewEvent(kind, draw(ITEMS), draw(BODIES[kind])), hours


@given(st.lists(moments(), max_size=25))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_rows_kept_up_event_by_event_are_those_of_a_rebuild(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[NewEvent, float]]
) -> None:
    clock = Clock()
    folders = Folders.under(tmp_path_factory.mktemp("home"))
    with open_store(folders, clock=clock, project=project) as store:
        for event, hours in story:
            clock.forward(hours=hours)
            store.record(event)
        before = store.derived()
        store.rebuild()
        assert store.derived() == before


def test_a_process_without_the_study_folds_leaves_no_stale_schedule(
    open_: Open, folders: Folders, clock: Clock
) -> None:
    first = open_()
    first.record(answer("q"))
    first.close()
    plain = open_store(folders, clock=clock)
    clock.forward(days=2)
    plain.record(answer("q"))
    plain.close()
    assert open_().cards()["q"].reps == 2


def test_undone_events_do_not_live() -> None:
    at = datetime(2026, 1, 1).date()

    def event(n: int, kind: str, target: str = "") -> Event:
        body = {"event": target} if target else {}
        return sealed(Event(f"{n}", "d", n, kind, 1, 0, 0, at, "q", 1, body))

    story = [
        event(1, "answer"),
        event(2, "undo", "1"),
        event(3, "undo", "2"),
        event(4, "undo", "5"),
    ]
    assert [one.id for one in living(story)] == ["1"]
    assert [one.id for one in living(story[:2])] == []


# --- threads, imports ------------------------------------------------------------------------


def test_many_threads_may_use_one_store(store: Store) -> None:
    def work(name: str) -> None:
        for n in range(25):
            store.record(answer(f"{name}{n % 5}"))
            store.save_draft(name, str(n))
            store.states()

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.seq for event in store.events()] == list(range(1, 101))
    assert store.draft("d") == Draft("d", "24")


def test_opening_imports_nothing_heavy() -> None:
    code = (
        "import sys, tutor.store.db, tutor.study.session, tutor.study.schedule\n"
        "heavy = {'fsrs', 'torch', 'numpy', 'textual', 'hypothesis'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": {"d": 0.1, "c": 2}}) == b'{"a":{"c":2,"d":0.1},"b":1}'


def test_days_are_counted_for_the_heatmap(store: Store, clock: Clock) -> None:
    store.record(answer("q", sure=0.7))
    clock.now += timedelta(minutes=2)
    store.record(answer("r", right=False, sure=0.7))
    day = store.days()["2026-03-02"]
    assert (day.answers, day.right, day.ms) == (2, 1, 120_000)
    assert day.sure == {"70": (2, 1)}
