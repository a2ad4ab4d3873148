"""Every exercise that ships, from both sides: right answers pass, wrong ideas are named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tutor.content.loader import load_course
from tutor.content.model import Exercise, Fix
from tutor.evaluator.client import Evaluator
from tutor.paths import default_course_root

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ITEMS = [i for i in load_course(default_course_root()).items() if isinstance(i, (Exercise, Fix))]
EXERCISES = {item.alias or item.id: item for item in _ITEMS if isinstance(item, Exercise)}
FIXES = {item.alias or item.id: item for item in _ITEMS if isinstance(item, Fix)}


def _mistakes() -> Iterator[tuple[str, Exercise | Fix, int]]:
    for alias, item in (EXERCISES | FIXES).items():
        mistakes = item.misconceptions if isinstance(item, Exercise) else item.mistakes
        for number in range(len(mistakes)):
            yield alias, item, number


@pytest.mark.parametrize("alias", EXERCISES | FIXES)
async def test_every_solution_passes_under_several_seeds(alias: str, evaluator: Evaluator) -> None:
    item = (EXERCISES | FIXES)[alias]
    for number, solution in enumerate(item.solutions):
        for seed in (2, 5, 7):  # odd seeds shuffle the probes
            verdict = await evaluator.check(item, solution, seed=seed)
            assert verdict.passed, (number, seed, verdict)


@pytest.mark.parametrize(("alias", "item", "number"), list(_mistakes()))
async def test_every_misconception_is_called_by_its_name(
    alias: str, item: Exercise | Fix, number: int, evaluator: Evaluator
) -> None:
    mistake = (item.misconceptions if isinstance(item, Exercise) else item.mistakes)[number]
    for seed in (2, 5):
        verdict = await evaluator.check(item, mistake.code, seed=seed)
        assert not verdict.passed
        assert verdict.misconception == mistake.id, verdict
        assert verdict.message.startswith(mistake.say.strip()), verdict
        assert not verdict.also_fits, verdict


@pytest.mark.parametrize(
    ("alias", "number"),
    [(alias, n) for alias, item in EXERCISES.items() for n in range(len(item.wrong))],
)
async def test_every_slip_is_refused_by_what_must_refuse_it(
    alias: str, number: int, evaluator: Evaluator
) -> None:
    item = EXERCISES[alias]
    wrong = item.wrong[number]
    verdict = await evaluator.check(item, wrong.code, seed=2)
    assert not verdict.passed
    assert verdict.probe == wrong.by, verdict


@pytest.mark.parametrize("alias", EXERCISES)
async def test_the_starter_is_not_an_attempt_and_pass_is_no_answer(
    alias: str, evaluator: Evaluator
) -> None:
    item = EXERCISES[alias]
    assert (await evaluator.check(item, item.starter)).outcome == "not_attempted"
    verdict = await evaluator.check(item, item.starter.replace("...", "pass"))
    assert verdict.outcome in ("wrong", "error"), verdict


@pytest.mark.parametrize("alias", FIXES)
async def test_broken_code_shows_its_symptom_and_is_not_an_attempt(
    alias: str, evaluator: Evaluator
) -> None:
    item = FIXES[alias]
    assert (await evaluator.run(item.code)).output.strip() == item.symptom.strip()
    assert (await evaluator.check(item, item.code)).outcome == "not_attempted"
    typed = f"print({item.output.strip()!r})\n"
    assert not (await evaluator.check(item, typed)).passed
