"""``tutor grade`` over 200 submissions: what one costs beyond start-up, against a cold run."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from tutor.content.loader import load_course
from tutor.content.model import Exercise
from tutor.paths import default_course_root

SUBMISSIONS = int(os.environ.get("BENCH_SUBMISSIONS", "200"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
COLD = "import torch\nx = torch.randn(4, 3, requires_grad=True)\nx.softmax(1).sum().backward()\n"


def submissions() -> Iterator[tuple[str, str]]:
    """Alias and source: of every exercise what is right, what is wrong, and what is known why."""
    course = load_course(default_course_root())
    for item in course.items():
        if isinstance(item, Exercise):
            yield from ((item.alias, code) for code in item.solutions)
            yield from ((item.alias, mistake.code) for mistake in item.misconceptions)
            yield from ((item.alias, wrong.code) for wrong in item.wrong)


def folder_of(root: Path, count: int) -> Path:
    """A folder as ``tutor grade`` takes it, spread evenly over all that there is."""
    known = list(submissions())
    step = max(1, len(known) // count)
    for number, (alias, code) in enumerate(islice(cycle(known[::step]), count)):
        path = root / str(count) / alias / f"{number:04}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    return root / str(count)


def seconds(command: list[str]) -> tuple[float, float]:
    """How long a command takes, and the processor time of it and all its children.

    The latter tells more on a machine that does other things as well.
    """
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, busy


def main() -> None:
    """Run the benchmark."""
    grade = [sys.executable, "-m", "tutor", "grade"]
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        few, many = folder_of(root, 2), folder_of(root, SUBMISSIONS)
        cold_file = root / "exercise.py"
        cold_file.write_text(COLD)
        print(
            f"{'jobs':<6}{'start-up':>10}{'each':>10}{'cold':>9}{'ratio':>7}{'busy':>9}{'ratio':>7}"
        )
        for jobs in ("1", "2"):
            measured: dict[str, list[tuple[float, float]]] = {"few": [], "many": [], "cold": []}
            for _ in range(ROUNDS):
                measured["cold"].append(seconds([sys.executable, "-I", str(cold_file)]))
                measured["few"].append(seconds([*grade, str(few), "--jobs", jobs]))
                measured["many"].append(seconds([*grade, str(many), "--jobs", jobs]))
            wall, busy = (
                {kind: statistics.median(one[i] for one in each) for kind, each in measured.items()}
                for i in (0, 1)
            )
            each, work = ((t["many"] - t["few"]) / (SUBMISSIONS - 2) for t in (wall, busy))
            print(
                f"{jobs:<6}{wall['few']:>8.2f} s{each * 1e3:>7.1f} ms{wall['cold'] * 1e3:>6.0f} ms"
                f"{wall['cold'] / each:>6.0f}x{work * 1e3:>6.1f} ms{busy['cold'] / work:>6.0f}x"
            )


if __name__ == "__main__":
    main()
