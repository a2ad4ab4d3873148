"""Memory of the zygote and of each child: what is theirs alone, and their share of the rest.

Private pages are those that nobody shares (``Private_Dirty`` of smaps_rollup): what one more child
costs. ``Pss`` counts a shared page by its share.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import sys
from pathlib import Path

from benchmarks.evaluator import TRAINING
from tutor.content.loader import load_course
from tutor.content.model import Exercise
from tutor.evaluator.client import Evaluator
from tutor.paths import default_course_root

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))


def sizes(pid: int) -> dict[str, float]:
    """MB of one process, by the names of smaps_rollup."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}


def children(pid: int) -> list[int]:
    """Child processes, the oldest first."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def look(evaluator: Evaluator, exercise: Exercise) -> list[dict[str, float]]:
    """Sizes of learner and judge at their largest, while a submission is on trial."""
    assert evaluator.pid
    pair = children(evaluator.pid)[:2]
    largest: list[dict[str, float]] = [{}, {}]
    # The first look is at a learner that has not begun: the trial waits for it.
    source = "import time\ntime.sleep(0.1)\n" + exercise.solutions[0]
    running = asyncio.ensure_future(evaluator.check(exercise, source))
    while not running.done():
        for number, pid in enumerate(pair):
            with contextlib.suppress(OSError):  # it has just ended
                now = sizes(pid)
                if now.get("Private_Dirty", 0) > largest[number].get("Private_Dirty", 0):
                    largest[number] = now
        await asyncio.sleep(0.001)
    assert (await running).passed
    while len(children(evaluator.pid)) != 2 or children(evaluator.pid) == pair:
        await asyncio.sleep(0.01)
    return largest


async def measure() -> None:
    """One table."""
    evaluator = Evaluator()
    await evaluator.start()
    assert await evaluator.ready()
    await asyncio.sleep(0.5)
    assert evaluator.pid
    print(f"{'process':<32}{'private dirty':>14}{'pss':>10}{'rss':>10}")

    def row(name: str, found: list[dict[str, float]]) -> None:
        columns = [
            statistics.median(one[key] for one in found) for key in ("Private_Dirty", "Pss", "Rss")
        ]
        print(f"{name:<32}{columns[0]:>11.1f} MB{columns[1]:>7.0f} MB{columns[2]:>7.0f} MB")

    row("app's side (this process)", [sizes(os.getpid())])
    row("zygote", [sizes(evaluator.pid)])
    standby = children(evaluator.pid)
    row("learner on standby", [sizes(standby[0])])
    row("judge on standby", [sizes(standby[1])])
    small = load_course(default_course_root()).exercise("T4.b")
    for name, exercise in (("T4.b", small), ("training", TRAINING)):
        seen = [await look(evaluator, exercise) for _ in range(ROUNDS)]
        row(f"learner, {name}, largest", [one[0] for one in seen])
        row(f"judge, {name}, largest", [one[1] for one in seen])
    await evaluator.close()


def main() -> None:
    """Run the benchmark."""
    if sys.platform != "linux":
        print("only Linux tells what is private")
        return
    asyncio.run(measure())


if __name__ == "__main__":
    main()
