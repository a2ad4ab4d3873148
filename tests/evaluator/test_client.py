"""The client: cancelling, restarting, cleaning up."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from tests.evaluator.exercises import RESHAPE, SOFTMAX
from tutor.content.model import Exercise, Limits, Probe
from tutor.evaluator.client import Evaluator, RunCancelled
from tutor.evaluator.outcome import Grade, Outcome

RIGHT = RESHAPE.solutions[0]
LOOP = "while True:\n    pass\n"


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


async def gone(pids: list[int]) -> bool:
    for _ in range(100):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        await asyncio.sleep(0.05)
    return False


@pytest.mark.asyncio(loop_scope="session")
async def test_cancelling_ends_the_run_and_the_next_one_works(evaluator: Evaluator) -> None:
    running = asyncio.ensure_future(evaluator.run(LOOP, limits=Limits(seconds=30)))
    await asyncio.sleep(0.2)
    await evaluator.cancel()
    with pytest.raises(RunCancelled):
        await running
    assert (await evaluator.check(RESHAPE, RIGHT)).passed


@pytest.mark.asyncio(loop_scope="session")
async def test_of_ten_fast_submissions_only_the_last_is_answered(evaluator: Evaluator) -> None:
    async def submit(number: int) -> object:
        code = f"print({number})\n" + RIGHT
        try:
            return await evaluator.check(RESHAPE, code)
        except RunCancelled:
            return None

    tasks = []
    for number in range(10):
        tasks.append(asyncio.ensure_future(submit(number)))
        await asyncio.sleep(0.001)
    results = await asyncio.gather(*tasks)
    assert all(result is None for result in results[:-1])
    assert results[-1] is not None
    assert results[-1].passed  # type: ignore[attr-defined]
    assert results[-1].output.startswith("9\n")  # type: ignore[attr-defined]


@pytest.mark.asyncio(loop_scope="session")
async def test_the_loop_stays_responsive_while_a_program_spins(evaluator: Evaluator) -> None:
    running = asyncio.ensure_future(evaluator.run(LOOP, limits=Limits(seconds=0.6)))
    turns = 0
    while not running.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns > 10
    assert (await running).outcome is Outcome.TIMEOUT


async def test_a_killed_zygote_is_back_by_itself() -> None:
    async with warm() as evaluator:
        assert evaluator.pid
        os.kill(evaluator.pid, signal.SIGKILL)
        verdict = await evaluator.check(RESHAPE, RIGHT)
        # The run may meet the dying zygote; then it is our fault, said so, and the next one works.
        assert verdict.outcome in (Outcome.PASSED, Outcome.INTERNAL)
        assert (await evaluator.check(RESHAPE, RIGHT)).passed


async def test_nothing_is_left_behind_after_close() -> None:
    async with warm() as evaluator:
        assert evaluator.pid
        pids = [evaluator.pid, *children_of(evaluator.pid)]
        assert len(pids) >= 3
    assert await gone(pids)


async def test_children_end_when_their_zygote_is_killed() -> None:
    async with warm() as evaluator:
        assert evaluator.pid
        children = children_of(evaluator.pid)
        os.kill(evaluator.pid, signal.SIGKILL)
        assert await gone(children)


async def test_a_slow_check_of_ours_is_not_the_learners_fault() -> None:
    broken = Exercise(
        id="test.broken",
        alias="T9.z",
        title="broken",
        task="",
        starter="",
        solutions=("def f():\n    return 1\n",),
        probes=(Probe("broken probe", call="f()", inputs={"x": "no_such_name"}),),
    )
    async with warm() as evaluator:
        verdict = await evaluator.check(broken, "def f():\n    return 1\n")
    assert verdict.outcome is Outcome.INTERNAL
    assert "our fault" in verdict.message
    assert not verdict.outcome.counts


async def test_strict_refuses_what_the_machine_cannot_enforce() -> None:
    async with warm(skip_layers=frozenset({"landlock"}), strict=Grade.FULL) as evaluator:
        marker = Path(os.environ.get("TMPDIR", "/tmp")) / f"ran-{time.time_ns()}"
        verdict = await evaluator.run(f"open({str(marker)!r}, 'w')")
    assert verdict.outcome is Outcome.INTERNAL
    assert "--strict" in verdict.message
    assert not marker.exists()


async def test_exercises_that_declare_files_get_a_folder_that_is_swept() -> None:
    code = (
        "import os, torch\n"
        "torch.save({'a': torch.ones(3)}, 'm.pt')\n"
        "assert torch.load('m.pt')['a'].sum() == 3\n"
        "print(os.getcwd())\n"
    )
    async with warm() as evaluator:
        verdict = await evaluator.run(code, files=True)
        assert verdict.passed, verdict
        folder = Path(verdict.output.strip())
        for _ in range(40):
            if not folder.exists():
                break
            await asyncio.sleep(0.05)
        assert not folder.exists()


@pytest.mark.asyncio(loop_scope="session")
async def test_fresh_inputs_are_drawn_for_every_submission(evaluator: Evaluator) -> None:
    code = "import torch\ndef softmax(x):\n    print(x.sum().item())\n    return x.softmax(-1)\n"
    first = await evaluator.check(SOFTMAX, code)
    second = await evaluator.check(SOFTMAX, code)
    assert first.passed
    assert first.output != second.output
    fixed = [await evaluator.check(SOFTMAX, code, seed=4) for _ in range(2)]
    assert fixed[0].output == fixed[1].output


class warm:
    """An evaluator of its own for one test."""

    def __init__(self, **options: object) -> None:
        self._evaluator = Evaluator(**options)  # type: ignore[arg-type]

    async def __aenter__(self) -> Evaluator:
        await self._evaluator.start()
        if not self._evaluator._pool._skip:
            assert await self._evaluator.ready()
        return self._evaluator

    async def __aexit__(self, *_: object) -> None:
        await self._evaluator.close()
