"""Submit -> verdict, against a cold ``python exercise.py`` of the same code, in turns."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tutor.content.loader import load_course
from tutor.content.model import Exercise, Probe, Require
from tutor.evaluator.client import Evaluator
from tutor.paths import default_course_root

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "60"))
COLD_ROUNDS = 7

TRAINING = Exercise(
    id="bench.training",
    alias="A8.z",
    title="training",
    task="",
    starter="",
    solutions=(
        "import torch\n\ndef train(X, y, steps=100, lr=0.1):\n    model = torch.nn.Linear(1, 1)\n"
        "    torch.nn.init.zeros_(model.weight); torch.nn.init.zeros_(model.bias)\n"
        "    opt = torch.optim.SGD(model.parameters(), lr=lr)\n"
        "    for _ in range(steps):\n        opt.zero_grad()\n"
        "        torch.nn.functional.mse_loss(model(X), y).backward()\n        opt.step()\n"
        "    return model.weight.detach()\n",
    ),
    probes=(
        Probe("fits", call="train(X, y)", inputs={"X": "torch.randn(32, 1)", "y": "3 * X + 1"}),
    ),
)
MONTE_CARLO = Exercise(
    id="bench.monte-carlo",
    alias="P4.z",
    title="Monte Carlo",
    task="",
    starter="",
    solutions=(
        "import torch\n\ndef tail(n, gen):\n"
        "    return (torch.randn(n, generator=gen) > 1).double().mean()\n",
    ),
    probes=(
        Probe(
            "near",
            call="tail(n, gen)",
            inputs={"n": "100_000", "gen": "generator()"},
            # Five standard errors: 5 * sqrt(p (1 - p) / n).
            require=(Require("abs(result - 0.158655) < 0.006", "too far"),),
            ignore=("inputs",),
        ),
    ),
)


def long_source(solution: str) -> str:
    """The solution with helpers around it: 200 lines."""
    lines = [f"def helper_{n}(x):\n    return x + {n}" for n in range(100)]
    return "\n".join([*lines, solution])


async def submissions() -> list[tuple[str, Exercise, str]]:
    """What is measured: name, exercise, source."""
    course = load_course(default_course_root())
    usual, heaviest = course.exercise("T3.b"), course.exercise("T4.b")
    return [
        ("T3.b", usual, usual.solutions[0]),
        ("T3.b in 200 lines", usual, long_source(usual.solutions[0])),
        ("training, 100 steps", TRAINING, TRAINING.solutions[0]),
        ("Monte Carlo, 100,000 draws", MONTE_CARLO, MONTE_CARLO.solutions[0]),
        ("T4.b, 30 looks, all recorded", heaviest, heaviest.solutions[0]),
        ("T4.b in 200 lines", heaviest, long_source(heaviest.solutions[0])),
    ]


def cold(source: str, exercise: Exercise) -> float:
    """Seconds of ``python exercise.py``: the same definitions, and one call of them."""
    call = {
        "T3.b": "peek(torch.arange(12).view(3, 4).t(), (1, 2))",
        "T4.b": "my_reshape(torch.zeros(3, 2), (2, 3))",
        "A8.z": "X = torch.randn(32, 1)\ntrain(X, 3 * X + 1)",
        "P4.z": "tail(100_000, torch.Generator())",
    }[exercise.alias]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exercise.py"
        path.write_text(f"import torch\n{source}\n{call}\n")
        started = time.perf_counter()
        subprocess.run([sys.executable, "-I", str(path)], check=True, capture_output=True)
        return time.perf_counter() - started


async def measure() -> None:
    """One table: medians, p95, and the ratio to cold."""
    evaluator = Evaluator()
    started = time.perf_counter()
    await evaluator.start()
    assert await evaluator.ready()
    print(f"ready for a submission after {time.perf_counter() - started:.2f} s, in the background")
    print(
        f"{'submission':<28}{'median':>9}{'p95':>9}{'cold':>9}{'cold/median':>13}{'cold/p95':>10}"
    )
    for name, exercise, source in await submissions():
        await evaluator.check(exercise, source)
        await asyncio.sleep(3 if name == "T3.b" else 0.2)  # the zygote finishes warming
        warm_times, cold_times = [], []
        for number in range(ROUNDS):
            if number % (ROUNDS // COLD_ROUNDS or 1) == 0:
                cold_times.append(cold(source, exercise))
            await asyncio.sleep(0.1)  # a person's pause: the next pair stands by
            started = time.perf_counter()
            verdict = await evaluator.check(exercise, source)
            warm_times.append(time.perf_counter() - started)
            assert verdict.passed, verdict
        median, p95 = statistics.median(warm_times), statistics.quantiles(warm_times, n=20)[-1]
        base = statistics.median(cold_times)
        print(
            f"{name:<28}{median * 1e3:>6.1f} ms{p95 * 1e3:>6.1f} ms{base * 1e3:>6.0f} ms"
            f"{base / median:>12.0f}x{base / p95:>9.0f}x"
        )
    print(f"zygote {_private_mb(evaluator.pid or 0):.0f} MB resident; the client imports no torch")
    await evaluator.close()


def _private_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Run the benchmark."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
