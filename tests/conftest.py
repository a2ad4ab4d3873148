"""What all tests share: a home of their own, and one warm evaluator for those that need it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from tutor.content.loader import Course, load_course
from tutor.evaluator.client import Evaluator
from tutor.paths import default_course_root

# How long a case takes says how busy the machine is, not whether the code is right.
settings.register_profile("tutor", deadline=None)
settings.load_profile("tutor")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may see or touch the progress of the person who runs it."""
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path / "tutor-home"))
    for name in [name for name in os.environ if name in ("SSH_CONNECTION", "NO_COLOR")]:
        monkeypatch.delenv(name)
    return


@pytest.fixture(scope="session")
def course() -> Course:
    """The course that ships."""
    return load_course(default_course_root())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def evaluator() -> AsyncIterator[Evaluator]:
    """The real evaluator, warm, one for the whole run."""
    warm = Evaluator()
    await warm.start()
    assert await warm.ready()
    yield warm
    await warm.close()
