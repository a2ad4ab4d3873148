"""A simulated learner, half a year long."""

from datetime import date, timedelta
from random import Random

import pytest
from small_course import Build

from tutor.content.model import Exercise
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.store.rows import CardRow, Snapshot
from tutor.study.graded import Graded
from tutor.study.mastery import retention
from tutor.study.memory import WANTED, recall
from tutor.study.session import Drill

START = date(2026, 1, 5)
CAP = 30
PASSED = Verdict(Outcome.PASSED, "")
FAILED = Verdict(Outcome.WRONG, "")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_half_a_year_keeps_the_wanted_retention_and_never_exceeds_the_cap(
    build: Build, seed: int
) -> None:
    """The learner forgets as the model says; what is tested is everything around the model."""
    course = build(12, 25)
    random = Random(seed)
    cards: dict[str, CardRow] = {}
    opened: set[str] = set()
    lessons = [entry.id for entry in course.entries()]
    for n in range(180):
        day = START + timedelta(days=n)
        if n % 10 == 0 and lessons:
            opened.add(lessons.pop(0))
        if random.random() < 0.1:
            continue  # a day off
        asked: set[str] = set()
        for _ in range(2):  # a second session on the same day finds no second helping
            snapshot = Snapshot(cards=dict(cards), opened=frozenset(opened))
            drill = Drill.start(course, snapshot, day=day, cap=CAP, random=random)
            while drill.current is not None:
                item = drill.current.id
                card = cards.get(item)
                known = recall(card.memory, day) if card and item not in asked else 0.8
                asked.add(item)
                right = random.random() < known
                if isinstance(drill.current, Exercise):
                    drill.answer(PASSED if right else FAILED)
                    if not right:
                        drill.skip()  # had enough of it
                else:
                    drill.answer(Graded(right=right))
            cards.update(drill.cards())
        assert len(asked) <= CAP
    kept = retention(cards.values())
    assert kept.tested > 800
    assert kept.share == pytest.approx(WANTED, abs=0.03)
