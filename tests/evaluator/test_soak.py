"""A thousand mixed submissions through one evaluator: nothing of the machine is used up.

    SOAK_RUNS=100 python -m pytest -s tests/evaluator/test_soak.py

prints the figures of a shorter one.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.evaluator.exercises import RESHAPE
from tests.evaluator.leftovers import Memory, at_rest, held, memory, settled
from tutor.content.model import Limits
from tutor.evaluator.client import Evaluator, RunCancelled
from tutor.evaluator.outcome import Outcome

pytestmark = pytest.mark.slow

RUNS = int(os.environ.get("SOAK_RUNS", "1000"))
# One page (4 kB) lost in each of a thousand runs is this much. Allocators settle within it.
GROWTH_KB = 4_096
RIGHT = RESHAPE.solutions[0]
FLOOD = "while True:\n    print('flood' * 1000)\n"
FILES = (
    "import torch\nfor n in range(20):\n    torch.save(torch.ones(100), f'{n}.pt')\n"
    "import tempfile\nkept = tempfile.NamedTemporaryFile(delete=False)\n"
)
CRASH = "import ctypes\nctypes.string_at(0)\n"

Do = Callable[[Evaluator], Awaitable[Outcome]]


def checks(source: str) -> Do:
    async def do(evaluator: Evaluator) -> Outcome:
        return (await evaluator.check(RESHAPE, source)).outcome

    return do


def runs(source: str, *, seconds: float = 20, files: bool = False) -> Do:
    async def do(evaluator: Evaluator) -> Outcome:
        limits = Limits(seconds=seconds)
        return (await evaluator.run(source, limits=limits, files=files)).outcome

    return do


async def cancelled(evaluator: Evaluator) -> Outcome | None:
    running = asyncio.ensure_future(evaluator.run("while True:\n    pass\n"))
    await asyncio.sleep(random.choice([0, 0.002, 0.05]))
    await evaluator.cancel()
    with pytest.raises(RunCancelled):
        await running
    return None


# What, how often in twenty, and what must come of it.
MIX = [
    ("right", 8, checks(RIGHT), Outcome.PASSED),
    ("wrong", 3, checks(RESHAPE.misconceptions[0].code), Outcome.WRONG),
    ("error", 2, runs("import torch\ntorch.ones(2, 3) @ torch.ones(2, 3)\n"), Outcome.ERROR),
    ("crash", 1, runs(CRASH), Outcome.CRASHED),
    ("time-out", 1, runs("while True:\n    pass\n", seconds=0.3), Outcome.TIMEOUT),
    ("memory", 1, runs("import torch\ntorch.zeros(10**11)\n"), Outcome.MEMORY),
    ("flood", 1, runs(FLOOD), Outcome.OUTPUT_LIMIT),
    ("files", 2, runs(FILES, files=True), Outcome.PASSED),
    ("cancelled", 1, cancelled, None),
]


async def test_a_thousand_mixed_runs_use_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    random.seed(2026)
    evaluator = Evaluator()
    await evaluator.start()
    assert await evaluator.ready()
    pid, here = evaluator.pid, os.getpid()
    assert pid
    for _, _, do, _ in MIX:  # what is loaded once and for all is loaded now
        await do(evaluator)
    await evaluator.ready()
    before = await at_rest(pid, tmp_path)
    print(f"\n{'runs':>6}{'client':>12}{'zygote':>12}{'dirty there':>14}  held")
    start = (memory(here), memory(pid))
    kinds = random.choices(MIX, [often for _, often, _, _ in MIX], k=RUNS)
    for number, (name, _, do, expected) in enumerate(kinds):
        assert (number, name, await do(evaluator)) == (number, name, expected)
        if number % max(1, RUNS // 10) == 0:
            mine, its = memory(here), memory(pid)
            print(
                f"{number:>6}{mine.rss:>9} kB{its.rss:>9} kB{its.dirty:>11} kB"
                f"  {held(pid, tmp_path)[:3]}"
            )
    await evaluator.ready()
    seconds = await settled(lambda: held(pid, tmp_path) == before)
    assert evaluator.pid == pid, "the zygote was started anew"
    grown = [after.rss - past.rss for past, after in zip(start, _now(here, pid), strict=True)]
    dirty = memory(pid).dirty - start[1].dirty
    print(dict(Counter(name for name, *_ in kinds)))
    print(f"held as before after {seconds:.2f} s: {before}")
    print(f"grown by {grown[0]} kB here, {grown[1]} kB in the zygote, {dirty} kB dirty there")
    assert max(grown) < GROWTH_KB
    assert dirty < GROWTH_KB
    await evaluator.close()
    await settled(lambda: held(here, tmp_path).processes == 0)
    assert held(here, tmp_path).files == []


def _now(here: int, zygote: int) -> list[Memory]:
    return [memory(here), memory(zygote)]
