"""Which items a drill asks."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from small_course import Build

from tutor.content.loader import Course
from tutor.content.model import Choice, Option
from tutor.store.rows import CardRow, Snapshot
from tutor.study.choosing import Cram, Due, choose, due_items, family, group_of, interleaved
from tutor.study.memory import Rating
from tutor.study.schedule import review

DAY = date(2026, 3, 2)


def card(item: str, rating: Rating = Rating.GOOD, ago: int = 5, rev: int = 1) -> CardRow:
    return review(None, rating, DAY - timedelta(days=ago), item=item, rev=rev)


def snapshot(*cards: CardRow, opened: tuple[str, ...] = ()) -> Snapshot:
    return Snapshot(cards={one.item: one for one in cards}, opened=frozenset(opened))


def ids(
    course: Course, taken: Snapshot, cap: int = 40, mode: Due | Cram | None = None
) -> list[str]:
    return [item.id for item in choose(course, taken, day=DAY, cap=cap, mode=mode or Due())]


def test_nothing_is_asked_of_lessons_that_were_not_opened(course: Course) -> None:
    assert ids(course, snapshot()) == []
    asked = ids(course, snapshot(opened=("one.l2",)))
    assert asked == ["one.l2-q1", "one.l2-q2", "one.l2-q3", "one.l2-e"]


def test_code_exercises_come_back_as_questions_do(course: Course) -> None:
    assert set(ids(course, snapshot(card("one.l1-e"), card("one.l1-q1")))) == {
        "one.l1-e",
        "one.l1-q1",
    }


def test_what_is_not_due_is_not_asked(course: Course) -> None:
    assert ids(course, snapshot(card("one.l1-q1", Rating.EASY, ago=1))) == []


def test_new_items_are_few_and_come_on_top_of_reviews(build: Build) -> None:
    course = build(2, 20)
    taken = snapshot(card("one.l2-q1"), opened=("one.l1",))
    asked = ids(course, taken, mode=Due(new=4))
    assert len(asked) == 5
    assert "one.l2-q1" in asked


def test_lessons_of_today_use_up_the_new_items_and_not_the_reviews(build: Build) -> None:
    course = build(2, 20)
    met = [card(f"one.l1-q{n}", ago=0) for n in range(1, 13)]
    waiting = [card(f"one.l2-q{n}") for n in range(1, 21)]
    asked = ids(course, snapshot(*met, *waiting, opened=("one.l1",)), cap=20)
    assert sorted(asked) == sorted(one.item for one in waiting)


def test_a_backlog_is_cut_at_the_cap_and_the_most_perishable_go_first(build: Build) -> None:
    course = build(10, 40)
    cards = [
        card(f"one.l{n}-q{q}", rating, ago=ago)
        for n in range(1, 11)
        for q, (rating, ago) in enumerate(
            [(Rating.AGAIN, 1), (Rating.GOOD, 4), (Rating.EASY, 30), (Rating.GOOD, 300)] * 10, 1
        )
    ]
    taken = snapshot(*cards)
    assert len(due_items(course, taken, DAY)) == 400
    asked = ids(course, taken, cap=30)
    assert len(asked) == 30
    assert all(taken.cards[item].rating == "again" for item in asked)


def test_reviews_done_today_count_towards_the_cap(build: Build) -> None:
    course = build(2, 20)
    done = [review(card(f"one.l1-q{n}"), Rating.GOOD, DAY) for n in range(1, 16)]
    waiting = [card(f"one.l2-q{n}") for n in range(1, 21)]
    assert len(ids(course, snapshot(*done, *waiting), cap=20)) == 5
    assert ids(course, snapshot(*done, *waiting), cap=10) == []


def test_a_raised_rev_asks_once_more_and_a_change_of_words_does_not(build: Build) -> None:
    course = build(1, 2, rev=2)
    fresh = {"rating": Rating.EASY, "ago": 1}
    taken = snapshot(card("one.l1-q1", rev=1, **fresh), card("one.l1-q2", rev=2, **fresh))  # type: ignore[arg-type]
    assert ids(course, taken) == ["one.l1-q1"]


def test_a_card_from_a_clock_that_was_ahead_is_asked_now(course: Course) -> None:
    assert ids(course, snapshot(card("one.l1-q1", ago=-400))) == ["one.l1-q1"]
    assert ids(course, snapshot(card("one.l1-q1", ago=-1))) == []  # a flight to the west


def test_items_that_the_course_no_longer_has_are_left_out(course: Course) -> None:
    assert ids(course, snapshot(card("gone.long-ago"), card("one.l1-q1"))) == ["one.l1-q1"]


def test_a_broken_lesson_leaves_the_other_lessons_questions(course: Course) -> None:
    path = next(course.entries()).quiz
    assert isinstance(path, Path)
    from tutor.content.loader import load_course

    path.write_text("questions: [")
    broken = load_course(course.root)
    taken = snapshot(card("one.l1-q1"), card("one.l2-q1"), opened=("one.l1", "one.l2"))
    assert "one.l2-q1" in ids(broken, taken)
    assert "one.l1-q1" not in ids(broken, taken)


def test_cramming_takes_the_weakest_first(course: Course) -> None:
    taken = snapshot(
        card("one.l1-q1", Rating.EASY, ago=1),
        card("one.l2-q1", Rating.AGAIN, ago=1),
        card("one.l3-q1", Rating.GOOD, ago=1),
    )
    assert ids(course, taken, mode=Cram()) == ["one.l2-q1", "one.l3-q1", "one.l1-q1"]


def test_cramming_for_an_exam_looks_at_what_will_be_left_on_that_day(course: Course) -> None:
    forgets_fast = card("one.l1-q1", Rating.AGAIN, ago=0)
    known_long_ago = review(
        review(card("one.l2-q1", ago=60), Rating.GOOD, DAY - timedelta(50)),
        Rating.GOOD,
        DAY - timedelta(days=39),
    )
    taken = snapshot(forgets_fast, known_long_ago)
    assert ids(course, taken, mode=Cram()) == ["one.l2-q1", "one.l1-q1"]
    exam = Cram(exam=DAY + timedelta(days=30))
    assert ids(course, taken, mode=exam) == ["one.l1-q1", "one.l2-q1"]


def test_cramming_a_lesson_an_objective_or_a_unit_asks_the_unseen_last(course: Course) -> None:
    taken = snapshot(card("one.l1-q2"))
    everything = ["one.l1-q2", "one.l1-q1", "one.l1-q3", "one.l1-e"]
    assert ids(course, taken, mode=Cram(lesson="O1")) == everything
    assert ids(course, taken, mode=Cram(objective="one.o1")) == everything
    assert len(ids(course, taken, mode=Cram(unit="O"))) == 12
    assert ids(course, taken, cap=2, mode=Cram(lesson="one.l1")) == everything[:2]


def test_cramming_a_misconception_asks_what_can_show_it(course: Course) -> None:
    asked = ids(course, snapshot(), mode=Cram(misconception="that-belief"))
    assert len(asked) == 9
    assert not any(item.endswith("-e") for item in asked)


def item(name: str, objective: str) -> Choice:
    options = (Option(text="a", why="", right=True), Option(text="b", why=""))
    return Choice(id=name, prompt="?", options=options, objectives=(objective,))


@given(st.lists(st.sampled_from("abcde"), max_size=30))
@settings(max_examples=300, deadline=None)
def test_neighbours_have_different_objectives_wherever_that_can_be_had(groups: list[str]) -> None:
    items = [item(f"x.q{n}", group) for n, group in enumerate(groups)]
    mixed = interleaved(items)
    assert sorted(one.id for one in mixed) == sorted(one.id for one in items)
    most = max((groups.count(group) for group in groups), default=0)
    clashes = sum(group_of(one) == group_of(two) for one, two in pairwise(mixed))
    # More of one kind than places between the others: the rest has to stand together.
    assert clashes == max(0, most - (len(groups) - most) - 1)


def test_two_variants_of_one_question_are_never_neighbours() -> None:
    items = [item("x.die.1", "o"), item("x.die.2", "o"), item("x.coin", "o")]
    assert family(items[0]) == family(items[1])
    order = [one.id for one in interleaved(items)]
    assert order in (["x.die.1", "x.coin", "x.die.2"], ["x.die.2", "x.coin", "x.die.1"])


def test_the_order_is_the_same_at_every_start(course: Course) -> None:
    taken = snapshot(*(card(f"one.l{n}-q{q}") for n in (1, 2, 3) for q in (1, 2, 3)))
    assert ids(course, taken) == ids(course, taken)
