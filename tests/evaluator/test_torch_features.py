"""What a course on PyTorch needs must work inside the sandbox."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tutor.content.model import Limits
from tutor.evaluator.client import Evaluator
from tutor.evaluator.outcome import Outcome

FEATURES = tomllib.loads(Path(__file__).with_name("torch_features.toml").read_text())


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("feature", FEATURES)
async def test_it_works_inside(evaluator: Evaluator, feature: str) -> None:
    verdict = await evaluator.run(FEATURES[feature]["code"], limits=Limits(seconds=60))
    assert verdict.outcome is Outcome.PASSED, f"{verdict.message}\n{verdict.traceback}"


def test_there_are_as_many_features_as_promised() -> None:
    assert len(FEATURES) >= 31
