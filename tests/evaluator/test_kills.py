"""kill -9 at any moment: the evaluator is back by itself, and says what is true of the submission.

    KILLS=20 python -m pytest -s tests/evaluator/test_kills.py

prints the figures of fewer kills.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from tests.evaluator.exercises import RESHAPE
from tests.evaluator.leftovers import files, processes, settled
from tutor.evaluator.client import Evaluator
from tutor.evaluator.outcome import Outcome

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("KILLS", "100"))
RIGHT = RESHAPE.solutions[0]
WRONG = RESHAPE.misconceptions[1].code
# Long enough that a kill in its first 0.3 s always interrupts it.
PAUSE = "\nimport time\nfor _ in range(12):\n    time.sleep(0.05)\n"
WRITING = "\nopen('kept', 'w').write('x' * 1000)\n"
IN_FILES = msgspec.structs.replace(RESHAPE, files=True)

# An app that has nothing but an evaluator, at work without a pause.
APP = """
import asyncio, sys
from tests.evaluator.exercises import RESHAPE
from tests.evaluator.test_kills import IN_FILES, PAUSE, RIGHT, WRITING
from tutor.evaluator.client import Evaluator

async def main():
    evaluator = Evaluator()
    evaluator.on_state = lambda state: print(state, flush=True)
    await evaluator.start()
    while True:
        await evaluator.check(RESHAPE, RIGHT)
        await evaluator.check(IN_FILES, RIGHT + WRITING + PAUSE)

asyncio.run(main())
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest_asyncio.fixture
async def evaluator(folder: Path) -> AsyncIterator[Evaluator]:
    evaluator = Evaluator()
    await evaluator.start()
    yield evaluator
    await evaluator.close()


def import_of_torch() -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return time.monotonic() - started


def run_files(folder: Path) -> list[str]:
    """What is left of runs; the folder that a living zygote keeps for them is not."""
    return [name for name in files(folder) if not Path(name).name.startswith("tutor-run-")]


async def pair_on_standby() -> list[int]:
    """Wait until two processes stand by; the last pair, about to end, is also two for a moment."""
    before: list[int] = []
    while len(now := processes(os.getpid())) != 3 or now != before:
        before = now
        await asyncio.sleep(0.1)
    return now[1:]


async def test_killed_learners_and_judges_are_our_fault_and_the_next_run_works(
    folder: Path, evaluator: Evaluator
) -> None:
    assert await evaluator.ready()
    moments = random.Random(9)
    pid = evaluator.pid
    came, waits = Counter[str](), []
    for number in range(KILLS * 4 // 5):
        await pair_on_standby()
        source, exercise = moments.choice([RIGHT, WRONG]), RESHAPE
        truth = Outcome.PASSED if source == RIGHT else Outcome.WRONG
        if number % 4 == 0:
            source, exercise = source + WRITING, IN_FILES
        running = asyncio.ensure_future(evaluator.check(exercise, source + PAUSE))
        await asyncio.sleep(moments.uniform(0.01, 0.3))
        # The zygote, the pair on standby, and behind it one that was forked for its files.
        _, *forked = processes(os.getpid())
        name, which = moments.choice([("learner", -2), ("judge", -1)])
        os.kill(forked[which], signal.SIGKILL)
        verdict = await running
        # Where the pair was not whole yet, it may have been one of those on standby that died.
        assert verdict.outcome in {Outcome.INTERNAL, truth}
        assert verdict.message
        came[f"{name}: {verdict.outcome}"] += 1
        assert (await evaluator.check(RESHAPE, RIGHT)).passed
        waits.append(
            await settled(lambda: len(processes(os.getpid())) == 3 and not run_files(folder))
        )
    assert evaluator.pid == pid, "the zygote outlives what it forked"
    hits = came[f"learner: {Outcome.INTERNAL}"] + came[f"judge: {Outcome.INTERNAL}"]
    assert hits > KILLS // 2, "most kills hit the pair at work"
    print(f"\n{dict(came)}; nothing left after {max(waits):.2f} s at most")


async def test_a_killed_pair_on_standby_is_replaced_before_anybody_needs_it(
    evaluator: Evaluator,
) -> None:
    assert await evaluator.ready()
    for which in (1, 2, 1):
        pair = await pair_on_standby()
        os.kill(pair[which - 1], signal.SIGKILL)
        await settled(
            lambda pair=pair: len(now := processes(os.getpid())) == 3 and not set(pair) & set(now)
        )
        assert (await evaluator.check(RESHAPE, RIGHT)).passed


async def test_a_killed_zygote_is_back_within_an_import_of_torch_and_leaves_nothing(
    folder: Path, evaluator: Evaluator
) -> None:
    assert await evaluator.ready()
    moments = random.Random(10)
    came, waits, backs = Counter[str](), [], []
    for number in range(max(1, KILLS // 10)):
        writes = number % 2
        exercise, source = (
            (IN_FILES, RIGHT + WRITING + PAUSE) if writes else (RESHAPE, RIGHT + PAUSE)
        )
        running = asyncio.ensure_future(evaluator.check(exercise, source))
        # Every third dies again while it is starting.
        for last in (0.3, 1.5) if number % 3 == 0 else (0.3,):
            await asyncio.sleep(moments.uniform(0.01, last))
            forked = processes(os.getpid())
            assert evaluator.pid
            killed = time.monotonic()
            os.kill(evaluator.pid, signal.SIGKILL)
            gone = set(forked)
            waits.append(await settled(lambda gone=gone: not gone & set(processes(os.getpid()))))
        verdict = await running
        # One that had not reached its pair yet waits for the next zygote, and is judged by it.
        assert verdict.outcome in (Outcome.INTERNAL, Outcome.PASSED), verdict
        came[verdict.outcome] += 1
        assert (await evaluator.check(RESHAPE, RIGHT)).passed
        backs.append(time.monotonic() - killed)
        assert await evaluator.ready()
        # Of killed zygotes nothing stays, not even the folder that a living one keeps.
        waits.append(await settled(lambda: not run_files(folder) and len(files(folder)) <= 1))
    await evaluator.close()
    await settled(lambda: not processes(os.getpid()) and not files(folder))
    base, back = import_of_torch(), statistics.median(backs)
    print(f"\n{dict(came)}; nothing left after {max(waits):.2f} s at most")
    print(f"a verdict {back:.1f} s after the kill: {back / base:.1f}x an import of torch")


async def test_a_killed_app_leaves_nothing_behind(folder: Path) -> None:
    moments = random.Random(11)
    waits = []
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    for number in range(max(1, KILLS // 10)):
        app = await asyncio.create_subprocess_exec(
            sys.executable, "-c", APP, env=environment, stdout=asyncio.subprocess.PIPE
        )
        assert app.stdout
        assert await app.stdout.readline() == b"warming\n"
        if number % 3:  # else it dies while its zygote imports torch
            assert await app.stdout.readline() == b"ready\n"
        await asyncio.sleep(moments.uniform(0, 1))
        assert processes(app.pid)
        app.kill()
        await app.wait()
        pid = app.pid
        waits.append(await settled(lambda pid=pid: not processes(pid) and not files(folder)))
    print(f"\nnothing left {max(waits):.2f} s after a kill at most, {len(waits)} kills")


async def test_after_four_deaths_at_the_start_the_next_submission_tries_again(
    evaluator: Evaluator,
) -> None:
    states: list[str] = []
    evaluator.on_state = states.append
    waiting = asyncio.ensure_future(evaluator.check(RESHAPE, RIGHT))
    await asyncio.sleep(0)
    for _ in range(4):
        pid = evaluator.pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        await settled(lambda pid=pid: evaluator.pid != pid)
    assert (await waiting).outcome is Outcome.INTERNAL
    assert states == ["down"]
    assert (await evaluator.check(RESHAPE, RIGHT)).passed
