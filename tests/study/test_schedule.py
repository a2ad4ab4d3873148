"""From events to cards."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from tutor.evaluator.outcome import Outcome
from tutor.store.events import UNCOUNTED, Event, canonical, sealed
from tutor.store.rows import CardRow
from tutor.study.memory import Rating, remember
from tutor.study.schedule import CardFold, DayFold, rate, rating_of, review

DAY = date(2026, 3, 2)


def event(kind: str, n: int = 1, day: date = DAY, item: str = "q", **body: Any) -> Event:
    return sealed(
        Event(
            id=f"{n:026}",
            device="d",
            seq=n,
            kind=kind,
            v=1,
            at_ms=1_770_000_000_000 + n * 60_000,
            tz_min=0,
            day=day,
            item=item,
            item_rev=1,
            body=body,
        )
    )


def folded(*events: Event) -> CardRow | None:
    """As rebuilt in one go, after checking that going through JSON at each step is the same."""
    fold = CardFold()
    row: CardRow | None = None
    stored: bytes | None = None
    for one in events:
        row = fold.step(row, one)
        kept = msgspec.json.decode(stored, type=CardRow) if stored else None
        kept = fold.step(kept, one)
        stored = canonical(kept) if kept else None
    assert (canonical(row) if row else None) == stored
    return row


@pytest.mark.parametrize(
    ("right", "more", "expected"),
    [
        (True, {}, Rating.GOOD),
        (True, {"slow": True}, Rating.HARD),
        (True, {"hints": 1}, Rating.HARD),
        (True, {"hints": 3}, Rating.AGAIN),
        (True, {"revealed": True}, Rating.AGAIN),
        (False, {}, Rating.AGAIN),
    ],
)
def test_a_rating_follows_from_the_result(
    right: bool, more: dict[str, Any], expected: Rating
) -> None:
    assert rate(right, **more) is expected


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_untouched_starter_and_faults_of_ours_are_no_attempts(outcome: Outcome) -> None:
    assert (outcome.value in UNCOUNTED) is not outcome.counts


def test_code_that_did_not_run_is_no_sign_of_forgetting() -> None:
    for outcome in set(Outcome) - {Outcome.PASSED, Outcome.WRONG}:
        assert rating_of(event("attempt", outcome=outcome.value)) is None
    assert rating_of(event("attempt", outcome="wrong")) is Rating.AGAIN
    assert rating_of(event("attempt", outcome="passed", hints=0)) is Rating.GOOD
    assert rating_of(event("reveal")) is Rating.AGAIN


def test_wrong_today_is_due_before_right_today() -> None:
    right = folded(event("answer", right=True))
    wrong = folded(event("answer", right=False))
    assert wrong is not None
    assert right is not None
    assert wrong.due < right.due


def test_a_day_is_one_review_and_its_worst_result_counts() -> None:
    once = folded(event("attempt", 1, outcome="wrong"))
    many = folded(
        event("attempt", 1, outcome="wrong"),
        event("attempt", 2, outcome="error"),
        event("attempt", 3, outcome="wrong"),
        event("attempt", 4, outcome="passed"),
    )
    assert once is not None
    assert many is not None
    assert many.memory == once.memory
    late = folded(event("answer", 1, right=True), event("answer", 2, right=False))
    assert late is not None
    assert late.memory == once.memory


def test_the_learners_own_rating_takes_the_place_of_the_derived_one() -> None:
    answer = event("answer", 1, right=True)
    chosen = folded(answer, event("review", 2, rating="easy", of=answer.id))
    assert chosen is not None
    assert chosen.memory == remember(None, Rating.EASY, DAY)
    assert chosen.rating == "easy"


def test_a_rating_of_an_answer_that_was_undone_says_nothing() -> None:
    assert folded(event("review", 2, rating="easy", of="gone")) is None
    card = folded(event("answer", 1, right=True), event("review", 2, rating="easy", of="gone"))
    assert card == folded(event("answer", 1, right=True))


def test_a_rating_word_of_a_later_version_is_passed_over() -> None:
    answer = event("answer", 1, right=True)
    assert folded(answer, event("review", 2, rating="splendid", of=answer.id)) == folded(answer)


def test_a_reset_forgets_the_card() -> None:
    assert folded(event("answer", 1, right=True), event("reset", 2)) is None


def test_reviews_on_later_days_go_on_from_the_card() -> None:
    first = review(None, Rating.GOOD, DAY, item="q")
    second = review(first, Rating.GOOD, first.due)
    assert second.memory == remember(first.memory, Rating.GOOD, first.due)
    assert second.before == first.memory
    assert second.reps == 2


def test_a_day_counts_answers_steps_and_time_at_work_without_the_breaks() -> None:
    fold = DayFold()
    row = None
    for one in (
        event("step", 1, item="lesson"),
        event("answer", 3, right=True, sure=0.9),
        event("attempt", 4, outcome="not_attempted"),
        event("answer", 60, right=False, sure=0.9),
    ):
        row = fold.step(row, one)
    assert row is not None
    assert (row.answers, row.right, row.steps) == (2, 1, 1)
    assert row.ms == 3 * 60_000
    assert row.sure == {"90": (2, 1)}


def test_study_days_follow_each_other_over_the_schedule() -> None:
    card = review(None, Rating.GOOD, DAY, item="q")
    for _ in range(5):
        card = review(card, Rating.GOOD, card.due)
    assert card.due - card.last > timedelta(days=400)
