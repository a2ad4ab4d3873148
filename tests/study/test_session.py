"""A drill from its first question to its recap."""

from datetime import date, timedelta
from random import Random

import pytest

from tutor.content.loader import Course
from tutor.content.model import Exercise
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.store.rows import Snapshot
from tutor.study.graded import Graded
from tutor.study.memory import Rating
from tutor.study.schedule import review
from tutor.study.session import Cram, Drill

DAY = date(2026, 3, 2)
OPENED = Snapshot(opened=frozenset({"one.l1", "one.l2"}))


RIGHT = Graded(right=True)
WRONG = Graded(right=False, misconception="that-belief")
PASSED = Verdict(Outcome.PASSED, "Passed.")
FAILED = Verdict(Outcome.WRONG, "No.", misconception="that-belief")


def start(course: Course, snapshot: Snapshot = OPENED, **more: object) -> Drill:
    return Drill.start(course, snapshot, day=DAY, random=Random(1), **more)  # type: ignore[arg-type]


def current(drill: Drill) -> str:
    assert drill.current is not None
    return drill.current.id


def to_an_exercise(drill: Drill) -> Exercise:
    while not isinstance(drill.current, Exercise):
        drill.answer(RIGHT)
    return drill.current


def test_nothing_due_says_when_the_next_review_is(course: Course) -> None:
    card = review(None, Rating.GOOD, DAY, item="one.l1-q1")
    drill = start(course, Snapshot(cards={card.item: card}))
    assert drill.current is None
    assert (drill.total, drill.remaining) == (0, 0)
    assert drill.next_day == DAY + timedelta(days=2)
    assert start(course, Snapshot()).next_day is None
    assert start(course, Snapshot(cards={card.item: card}), mode=Cram()).total == 1


def test_a_right_answer_is_written_down_and_the_next_is_asked(course: Course) -> None:
    drill = start(course)
    first = current(drill)
    (event,) = drill.answer(RIGHT, sure=0.8, seconds=12.3456, given={"b", "a"})
    assert (event.kind, event.item) == ("answer", first)
    assert event.body["right"] is True
    assert event.body["sure"] == 0.8
    assert event.body["ms"] == 12346
    assert event.body["given"] == ["a", "b"]
    assert current(drill) != first
    assert drill.remaining == drill.total - 1
    assert drill.rating == "good"


def test_a_wrong_answer_comes_back_in_the_session_and_never_at_once(course: Course) -> None:
    drill = start(course)
    first = current(drill)
    (event,) = drill.answer(WRONG)
    assert event.body["misconception"] == "that-belief"
    assert drill.remaining == drill.total
    asked = []
    while drill.current is not None:
        asked.append(current(drill))
        drill.answer(PASSED if isinstance(drill.current, Exercise) else RIGHT)
    assert asked[0] != first
    assert asked.count(first) == 1
    recap = drill.recap()
    assert first in recap.again
    assert first not in recap.right
    assert dict(recap.due)[DAY + timedelta(days=1)] == (first,)


def test_a_question_wrong_again_and_again_does_not_hold_the_session_up(course: Course) -> None:
    drill = start(course)
    for _ in range(100):
        if drill.current is None:
            break
        drill.answer(PASSED if isinstance(drill.current, Exercise) else WRONG)
    assert drill.current is None


def test_an_exercise_stays_until_it_passes(course: Course) -> None:
    drill = start(course)
    exercise = to_an_exercise(drill)
    assert [event.kind for event in drill.answer(FAILED, code="x = 1")] == ["draft", "attempt"]
    assert current(drill) == exercise.id
    (event,) = drill.answer(PASSED)
    assert event.body["outcome"] == "passed"
    assert event.body["verdict"]["message"] == "Passed."
    assert current(drill) != exercise.id
    assert exercise.id in drill.recap().again


def test_an_untouched_starter_and_a_fault_of_ours_change_nothing(course: Course) -> None:
    drill = start(course)
    exercise = to_an_exercise(drill)
    for outcome in (Outcome.NOT_ATTEMPTED, Outcome.INTERNAL):
        assert drill.answer(Verdict(outcome, "")) == []
    assert current(drill) == exercise.id
    assert exercise.id not in drill.recap().asked


def test_an_answer_that_cannot_be_read_changes_nothing(course: Course) -> None:
    drill = start(course)
    first = current(drill)
    assert drill.answer(Graded(right=False, invalid=True)) == []
    assert current(drill) == first


def test_giving_an_exercise_up_shows_the_solution_and_moves_on(course: Course) -> None:
    drill = start(course)
    exercise = to_an_exercise(drill)
    (event,) = drill.reveal()
    assert (event.kind, event.item) == ("reveal", exercise.id)
    assert current(drill) != exercise.id
    assert exercise.id in drill.recap().again


def test_the_learner_may_rate_the_last_answer_otherwise(course: Course) -> None:
    drill = start(course)
    with pytest.raises(LookupError):
        drill.override("easy")
    first = current(drill)
    drill.answer(RIGHT)
    (event,) = drill.override("easy")
    assert (event.kind, event.item) == ("review", first)
    assert event.body == {"rating": "easy", "day": "2026-03-02"}
    assert drill.rating == "easy"
    assert dict(drill.recap().due) == {DAY + timedelta(days=8): (first,)}


def test_undo_asks_again_with_the_same_options_in_the_same_order(course: Course) -> None:
    drill = start(course)
    first, seed = current(drill), drill.seed
    assert not drill.can_undo
    assert drill.undo() == []
    drill.answer(WRONG)
    drill.answer(RIGHT)
    drill.undo()
    (event,) = drill.undo()
    assert (event.kind, event.item) == ("undo", first)
    assert (current(drill), drill.seed) == (first, seed)
    assert drill.recap().asked == ()
    assert drill.remaining == drill.total


def test_a_skipped_item_stays_due_and_is_not_written_down(course: Course) -> None:
    drill = start(course)
    first = current(drill)
    drill.skip()
    assert current(drill) != first
    assert drill.recap().asked == ()
    with pytest.raises(LookupError):
        drill.override("good")
    assert drill.undo() == []
    assert current(drill) == first


def test_the_recap_tells_what_was_new_and_what_comes_back_when(course: Course) -> None:
    known = review(None, Rating.GOOD, DAY - timedelta(days=3), item="one.l1-q1")
    snapshot = Snapshot(cards={known.item: known}, opened=frozenset({"one.l1"}))
    drill = start(course, snapshot)
    while drill.current is not None:
        drill.answer(PASSED if isinstance(drill.current, Exercise) else RIGHT)
    recap = drill.recap()
    assert len(recap.asked) == 4
    assert set(recap.new) == set(recap.asked) - {"one.l1-q1"}
    assert recap.right == recap.asked
    assert [day for day, _ in recap.due] == sorted(day for day, _ in recap.due)
    assert drill.next_day == recap.due[0][0]
    with pytest.raises(LookupError):
        drill.answer(RIGHT)
