"""Process start -> first frame of home, against an empty Textual app's, in a real terminal."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

import pexpect

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "11"))
EMPTY = (
    "from textual.app import App\nfrom textual.widgets import Label\n"
    "class Empty(App):\n    def compose(self):\n        yield Label('EmptyAppReady')\n"
    "Empty().run()\n"
)


def first_frame(arguments: list[str], marker: str, home: str) -> float:
    """Seconds until ``marker`` is on the screen of a fresh process."""
    environment = os.environ | {"TUTOR_HOME": home, "TERM": "xterm-256color"}
    started = time.perf_counter()
    child = pexpect.spawn(
        sys.executable, arguments, env=environment, dimensions=(24, 80), timeout=60
    )
    child.expect(marker)
    seconds = time.perf_counter() - started
    child.close(force=True)
    return seconds


def command(words: list[str]) -> float:
    """Seconds of a whole command."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Run the benchmark."""
    empty, home, version, python = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            empty.append(first_frame(["-c", EMPTY], "EmptyAppReady", folder))
            home.append(first_frame(["-m", "tutor"], "Tensors", folder))
            version.append(command(["-m", "tutor", "--version"]))
            python.append(command(["-c", "pass"]))
    base = statistics.median(empty)
    mine = statistics.median(home)

    print(f"empty Textual app {base * 1e3:.0f} ms, home {mine * 1e3:.0f} ms: {mine / base:.2f}x")
    ratio = statistics.median(version) / statistics.median(python)
    print(f"tutor --version {statistics.median(version) * 1e3:.0f} ms: {ratio:.1f}x python -c pass")


if __name__ == "__main__":
    main()
