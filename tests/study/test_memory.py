"""Dates are those of the fsrs package."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import fsrs
import pytest
from fsrs.scheduler import DEFAULT_PARAMETERS

from tutor.study.memory import (
    DECAY,
    FACTOR,
    WANTED,
    Rating,
    lost_by_waiting,
    midnight,
    recall,
    remember,
)

START = date(2026, 1, 5)
# As the package's own tests have it, with its default settings and fuzz off.
PUBLISHED_RATINGS = "GGGGGGAAGGGGG"
PUBLISHED_INTERVALS = [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]
RATINGS = {"A": Rating.AGAIN, "H": Rating.HARD, "G": Rating.GOOD, "E": Rating.EASY}


def test_the_installed_package_gives_its_own_published_intervals() -> None:
    scheduler = fsrs.Scheduler(enable_fuzzing=False)
    card = fsrs.Card(card_id=1)
    now = datetime(2022, 11, 29, 12, 30, tzinfo=UTC)
    intervals = []
    for letter in PUBLISHED_RATINGS:
        card, _ = scheduler.review_card(card, fsrs.Rating(RATINGS[letter]), now)
        assert card.last_review is not None
        intervals.append((card.due - card.last_review).days)
        now = card.due
    assert intervals == PUBLISHED_INTERVALS


def test_study_days_give_the_published_intervals() -> None:
    # The package's steps of minutes (its zeros) stay on one study day; ours come back tomorrow.
    memory = None
    day = START
    for letter, published in zip(PUBLISHED_RATINGS, PUBLISHED_INTERVALS, strict=True):
        memory = remember(memory, RATINGS[letter], day)
        if published:
            assert (memory.due - day).days == published
        elif letter == "A":
            assert (memory.due - day).days == 1
        day += timedelta(days=published)


@pytest.mark.parametrize("seed", range(40))
def test_every_date_is_the_packages_date_for_study_days(seed: int) -> None:
    random = Random(seed)
    scheduler = fsrs.Scheduler(
        learning_steps=(), relearning_steps=(timedelta(days=1),), enable_fuzzing=False
    )
    card = fsrs.Card(card_id=1)
    memory = None
    day = START
    for _ in range(40):
        rating = random.choices(list(Rating), (2, 2, 6, 1))[0]
        card, _ = scheduler.review_card(card, fsrs.Rating(rating), midnight(day))
        memory = remember(memory, rating, day)
        assert memory.due == card.due.date()
        assert memory.stability == card.stability
        assert memory.difficulty == card.difficulty
        assert recall(memory, day + timedelta(9)) == pytest.approx(
            scheduler.get_card_retrievability(card, midnight(day + timedelta(9)))
        )
        late = random.choice((0, 0, 0, 1, 5, 40))
        day = max(
            day + timedelta(1), memory.due + timedelta(late) - timedelta(random.random() < 0.1)
        )


@pytest.mark.parametrize("seed", range(20))
def test_without_lapses_the_dates_are_those_without_any_steps(seed: int) -> None:
    random = Random(seed)
    plain = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card = fsrs.Card(card_id=1)
    memory = None
    day = START
    for n in range(12):
        rating = random.choice((Rating.HARD, Rating.GOOD, Rating.EASY)) if n else Rating.AGAIN
        card, _ = plain.review_card(card, fsrs.Rating(rating), midnight(day))
        memory = remember(memory, rating, day)
        assert memory.due == card.due.date()
        day = memory.due


def test_our_constants_are_the_packages() -> None:
    assert DEFAULT_PARAMETERS[20] == DECAY
    assert pytest.approx(FACTOR, rel=1e-12) == fsrs.Scheduler()._FACTOR
    assert fsrs.Scheduler().desired_retention == WANTED


def test_what_is_wrong_today_is_asked_tomorrow_however_well_it_was_known() -> None:
    memory = None
    day = START
    for _ in range(6):
        memory = remember(memory, Rating.GOOD, day)
        day = memory.due
    assert memory is not None
    assert memory.stability > 400
    assert remember(memory, Rating.AGAIN, day).due == day + timedelta(days=1)


def test_a_wrong_answer_is_never_due_after_a_right_one() -> None:
    random = Random(3)
    wrong, right = [], []
    for _ in range(200):
        memory, day = None, START
        for _ in range(random.randrange(6)):
            memory = remember(memory, random.choice(list(Rating)), day)
            day = memory.due
        wrong.append((remember(memory, Rating.AGAIN, day).due - day).days)
        right.append((remember(memory, Rating.GOOD, day).due - day).days)
    assert max(wrong) == 1 <= min(right)


def test_the_time_of_day_makes_no_difference() -> None:
    # 23.99 and 24.01 hours are told apart by the package, and not by study days.
    once = remember(remember(None, Rating.GOOD, START), Rating.GOOD, START + timedelta(1))
    again = remember(remember(None, Rating.GOOD, START), Rating.GOOD, START + timedelta(1))
    assert once == again
    assert once.stability > 3


def test_a_lapse_is_forgetting_what_was_remembered_the_time_before() -> None:
    memory = None
    day = START
    counts = []
    for letter in "AAGAAHA":
        memory = remember(memory, RATINGS[letter], day)
        counts.append(memory.lapses)
        day = memory.due
    assert counts == [0, 0, 0, 1, 1, 1, 2]


def test_weak_and_fresh_loses_most_by_waiting_and_the_long_forgotten_little() -> None:
    weak = remember(None, Rating.AGAIN, START)
    fair = remember(None, Rating.GOOD, START)
    strong = remember(None, Rating.EASY, START)
    tomorrow = START + timedelta(days=1)
    losses = [lost_by_waiting(memory, tomorrow) for memory in (weak, fair, strong)]
    assert losses == sorted(losses, reverse=True)
    assert lost_by_waiting(weak, START + timedelta(days=200)) < losses[2]


def test_the_clock_going_back_breaks_nothing() -> None:
    memory = remember(None, Rating.GOOD, START)
    earlier = remember(memory, Rating.GOOD, START - timedelta(days=400))
    assert earlier.last == START - timedelta(days=400)
    assert earlier.due > earlier.last
