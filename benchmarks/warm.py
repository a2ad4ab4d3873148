"""The first submission after "ready" against the tenth; back to back, spaced, and after meddling.

Each evaluator is fresh. Ratios tell: a slow machine makes all of them slow.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time

from benchmarks.evaluator import TRAINING
from tests.evaluator.meddling import MEDDLING
from tutor.content.loader import load_course
from tutor.content.model import Exercise
from tutor.evaluator.client import Evaluator
from tutor.paths import default_course_root

EVALUATORS = int(os.environ.get("BENCH_ROUNDS", "5"))
ROUNDS = 40
PAUSE = 0.15  # a person's pause: the next pair stands by


async def timed(evaluator: Evaluator, exercise: Exercise, source: str = "") -> float:
    """Milliseconds from submission to verdict."""
    started = time.perf_counter()
    verdict = await evaluator.check(exercise, source or exercise.solutions[0])
    assert verdict.passed, verdict
    return (time.perf_counter() - started) * 1e3


async def fresh(exercise: Exercise) -> tuple[float, float, float, float]:
    """Seconds to ready; milliseconds of the first, second, and the eighth to twelfth."""
    evaluator = Evaluator()
    started = time.perf_counter()
    await evaluator.start()
    assert await evaluator.ready()
    ready = time.perf_counter() - started
    times = []
    for _ in range(12):
        times.append(await timed(evaluator, exercise))
        await asyncio.sleep(PAUSE)
    await evaluator.close()
    return ready, times[0], times[1], statistics.median(times[7:])


async def measure() -> None:
    """Three tables."""
    small = load_course(default_course_root()).exercise("T4.b")
    print(
        f"{'fresh evaluators':<26}{'ready':>8}{'first':>10}{'second':>10}{'tenth':>10}{'ratio':>8}"
    )
    for name, exercise in (("T4.b", small), ("training, 100 steps", TRAINING)):
        columns = zip(*[await fresh(exercise) for _ in range(EVALUATORS)], strict=True)
        ready, first, second, tenth = map(statistics.median, columns)
        print(
            f"{name:<26}{ready:>6.1f} s{first:>7.1f} ms{second:>7.1f} ms{tenth:>7.1f} ms"
            f"{first / tenth:>7.2f}x"
        )
    evaluator = Evaluator()
    await evaluator.start()
    assert await evaluator.ready()
    spaced, close = [], []
    for _ in range(ROUNDS):
        await asyncio.sleep(PAUSE)
        spaced.append(await timed(evaluator, small))
        close.append(await timed(evaluator, small))
    base = statistics.median(spaced)
    print(f"\nspaced {base:.1f} ms, back to back {statistics.median(close):.1f} ms: ", end="")
    print(f"{statistics.median(close) / base:.2f}x (a pair is forked in between)")
    print("\nafter a submission that changed           ms   against usual")
    for name, source in MEDDLING.items():
        after, usual = [], []
        for _ in range(ROUNDS // 4):
            await evaluator.check(small, source + "\n" + small.solutions[0])
            await asyncio.sleep(PAUSE)
            after.append(await timed(evaluator, small))
            await asyncio.sleep(PAUSE)
            usual.append(await timed(evaluator, small))
            await asyncio.sleep(PAUSE)
        ratio = statistics.median(after) / statistics.median(usual)
        print(f"{name:<34}{statistics.median(after):>10.1f}{ratio:>15.2f}x")
    await evaluator.close()


def main() -> None:
    """Run the benchmark."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
