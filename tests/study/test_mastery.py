"""What a learner is told about their own learning is what the rows say."""

from datetime import date, timedelta
from random import Random

import pytest

from tutor.content.loader import Course
from tutor.store.rows import DayRow, ItemState, Meeting
from tutor.study.mastery import (
    calibration,
    forecast,
    heatmap,
    leeches,
    live_misconceptions,
    mastery,
    retention,
    streak,
    time_spent,
)
from tutor.study.memory import Rating
from tutor.study.schedule import review

DAY = date(2026, 3, 4)  # a Wednesday


def days(pattern: str, last: date = DAY) -> list[DayRow]:
    """A day of study for each ``x``, none for each ``.``; the last sign is ``last``."""
    first = last - timedelta(days=len(pattern) - 1)
    return [
        DayRow(day=first + timedelta(days=n), answers=1)
        for n, sign in enumerate(pattern)
        if sign == "x"
    ]


@pytest.mark.parametrize(
    ("pattern", "count", "freeze"),
    [
        ("", 0, True),
        ("x", 1, True),
        ("xxx", 3, True),
        ("xxx.", 3, True),  # today is not over
        ("xx.x", 3, False),  # one missed day is forgiven
        ("xx.x.", 3, False),
        ("xx.x.x", 1, True),  # a second one, too soon, is not
        ("xx..x", 1, True),
        ("xx.xxxxxxx", 9, True),  # after seven days of study the next one is
        ("xx.xxxxxxx.x", 10, False),
        ("xx.xxxxxx.x", 1, True),
    ],
)
def test_a_streak_survives_one_missed_day(pattern: str, count: int, freeze: bool) -> None:
    found = streak(days(pattern), DAY)
    assert (found.days, found.freeze) == (count, freeze)
    assert found.today is pattern.endswith("x")


def test_the_longest_streak_is_remembered_and_the_future_does_not_count() -> None:
    rows = [*days("xxxxx...x"), *days("xxx", DAY + timedelta(days=300))]
    assert (streak(rows, DAY).days, streak(rows, DAY).longest) == (1, 5)


def test_mastery_is_recall_over_all_items_with_the_answers_behind_it(course: Course) -> None:
    items = course.items()
    card = review(None, Rating.GOOD, DAY - timedelta(days=2), item="one.l1-q1")
    states = {"one.l1-q1": ItemState(item="one.l1-q1", attempts=3)}
    found = mastery(items, {card.item: card}, states, DAY)
    assert list(found) == ["one.o1", "one.o2", "one.o3"]
    first = found["one.o1"]
    assert (first.answers, first.seen, first.items) == (3, 1, 4)
    assert first.recall == pytest.approx(0.9 / 4, abs=0.01)
    assert found["one.o2"].recall == 0
    later = mastery(items, {card.item: card}, states, DAY + timedelta(days=60))
    assert later["one.o1"].recall < first.recall


def test_the_forecast_holds_every_due_card_and_what_is_overdue_is_due_today() -> None:
    cards = [
        review(None, rating, DAY - timedelta(days=ago), item="q")
        for rating, ago in [
            (Rating.AGAIN, 30),
            (Rating.GOOD, 0),
            (Rating.GOOD, 1),
            (Rating.EASY, 0),
        ]
    ]
    found = forecast(cards, DAY)
    assert len(found) == 8
    assert [number for _, number in found[:3]] == [1, 1, 1]
    assert sum(number for _, number in found) == 3  # Easy comes back in eight days


def test_retention_counts_reviews_of_another_day_only() -> None:
    assert retention([]).share is None
    card = review(None, Rating.GOOD, DAY, item="q")
    assert retention([card]).share is None
    once = review(card, Rating.GOOD, DAY + timedelta(days=2))
    twice = review(once, Rating.AGAIN, DAY + timedelta(days=20))
    assert retention([once]).share == 1
    assert retention([once, twice]).share == pytest.approx(2 / 3)


def test_calibration_is_the_brier_score_and_the_curve() -> None:
    assert calibration([]).brier is None
    rows = [
        DayRow(day=DAY, sure={"50": (4, 2), "100": (2, 2)}),
        DayRow(day=DAY, sure={"100": (2, 1), "90": (10, 9)}),
    ]
    found = calibration(rows)
    error = 4 * 0.25 + 1 * 1.0 + 9 * 0.01 + 1 * 0.81
    assert found.brier == pytest.approx(error / 18)
    assert found.curve == ((0.5, 0.5, 4), (0.9, 0.9, 10), (1.0, 0.75, 4))
    assert found.answers == 18


def test_the_brier_score_is_the_mean_squared_error_of_what_was_stated() -> None:
    random = Random(4)
    told = [(random.randrange(101), random.random() < 0.7) for _ in range(300)]
    sure: dict[str, tuple[int, int]] = {}
    for percent, right in told:
        asked, were = sure.get(str(percent), (0, 0))
        sure[str(percent)] = (asked + 1, were + right)
    direct = sum((percent / 100 - right) ** 2 for percent, right in told) / len(told)
    assert calibration([DayRow(day=DAY, sure=sure)]).brier == pytest.approx(direct)


def test_a_years_heatmap_ends_in_this_week_and_leaves_its_future_open() -> None:
    rows = {row.day.isoformat(): row for row in days("x.x")}
    columns = heatmap(rows, DAY)
    assert len(columns) == 53
    assert columns[-1] == [1, 0, 1, None, None, None, None]
    assert sum(number or 0 for column in columns for number in column) == 2


def test_time_is_counted_for_the_week_and_in_all() -> None:
    rows = [DayRow(day=DAY - timedelta(days=ago), ms=1000) for ago in (0, 6, 7, 400)]
    assert time_spent(rows, DAY) == (2000, 4000)


def test_a_misconception_is_live_until_it_was_right_on_two_later_days() -> None:
    def state(item: str, right_days: int, last: date) -> ItemState:
        meeting = Meeting(times=2, first=DAY, last=last, event=f"e-{item}", right_days=right_days)
        return ItemState(
            item=item,
            misconceptions={
                "m": meeting,
                "gone": Meeting(times=1, first=DAY, last=DAY, right_days=2),
            },
        )

    (live,) = live_misconceptions([state("a", 1, DAY), state("b", 0, DAY + timedelta(days=1))])
    assert (live.id, live.items, live.times) == ("m", ("a", "b"), 4)
    assert (live.event, live.right_days) == ("e-b", 0)
    assert live_misconceptions([state("a", 2, DAY)]) == []


def test_six_lapses_make_a_leech() -> None:
    card = review(None, Rating.GOOD, DAY, item="q")
    for lapses in range(1, 7):
        assert leeches([card]) == []
        card = review(card, Rating.AGAIN, card.due)
        assert card.lapses == lapses
        if lapses < 6:
            card = review(card, Rating.GOOD, card.due)
    assert leeches([card]) == ["q"]
