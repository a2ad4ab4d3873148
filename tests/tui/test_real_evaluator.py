"""The screens with the real evaluator behind them: fast keys, stopping and quitting."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.evaluator.leftovers import at_rest, held, processes, settled
from tests.tui.pretend import SMALL, WIDE, House, text_of
from tests.tui.test_lesson import RIGHT, opened, write
from tutor.evaluator.client import Evaluator
from tutor.tui.app import TutorApp

pytestmark = pytest.mark.slow
LOOP = "while True:\n    pass\n"


async def shown(app: TutorApp, wanted: str) -> None:
    await settled(lambda: wanted in text_of(app))


def real(house: House) -> tuple[TutorApp, Evaluator]:
    app = house.app()
    evaluator = Evaluator()
    app.parts = replace(app.parts, make_evaluator=lambda: evaluator)
    return app, evaluator


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_of_ten_fast_presses_the_last_is_answered_and_nothing_leaks(
    house: House, size: tuple[int, int], tmp_path: Path
) -> None:
    app, evaluator = real(house)
    asked: list[Any] = []
    check = evaluator.check

    async def noted(*args: Any, **options: Any) -> Any:
        asked.append(None)
        at = len(asked) - 1
        asked[at] = await check(*args, **options)
        return asked[at]

    evaluator.check = noted  # type: ignore[method-assign]
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, item="S1.a")
        # A pilot's keys are slower than fingers: the run must last longer than the way to the next.
        await write(pilot, screen, "import time\ntime.sleep(1)\n" + RIGHT)
        assert await evaluator.ready()
        assert evaluator.pid
        before = (await at_rest(evaluator.pid, tmp_path))[:3]
        await pilot.press(*["f5"] * 10)
        await shown(app, "Passed")
        assert len(asked) == 10
        assert [verdict for verdict in asked[:-1] if verdict] == [], "the others are cancelled"
        assert asked[-1].passed
        assert "running" not in text_of(app)
        now = partial(held, evaluator.pid, tmp_path)
        await settled(lambda: now()[:3] == before, lambda: (now(), before))
        assert evaluator.grade
        assert f"sandbox {evaluator.grade}" in text_of(app)
    await settled(lambda: not processes(os.getpid()))


async def test_a_submission_waits_for_the_sandbox_and_says_so(house: House) -> None:
    app, evaluator = real(house)
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, item="S1.a")
        await write(pilot, screen, RIGHT)
        assert evaluator.pid
        os.kill(evaluator.pid, signal.SIGSTOP)  # nothing gets ready any more
        await pilot.pause(0.2)
        late = evaluator._pool.newest is None  # else this machine was faster than the keys
        await pilot.press("f5")
        if late:
            await shown(app, "waiting for the sandbox")
        os.kill(evaluator.pid, signal.SIGCONT)
        await shown(app, "Passed")


async def test_quitting_while_code_runs_ends_everything(house: House) -> None:
    app, evaluator = real(house)
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, item="S1.a")
        await write(pilot, screen, LOOP)
        assert await evaluator.ready()
        await pilot.press("f5")
        await shown(app, "running")
        await pilot.press("escape")
        await shown(app, "Nothing has been checked")
        await pilot.press("f5")
        await shown(app, "running")
        await asyncio.sleep(0.2)
        await pilot.press("ctrl+q")
    await settled(lambda: not processes(os.getpid()))
