"""``make bench``: every benchmark, or those named. Each prints its own table."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from pathlib import Path

ALL = tuple(
    sorted(p.stem for p in Path(__file__).parent.glob("*.py") if not p.stem.startswith("_"))
)
# Too long, or too dangerous to real files, to run unasked.
ON_REQUEST = ("layers",)


def main() -> None:
    """Run the benchmarks named on the command line."""
    names = sys.argv[1:] or [name for name in ALL if name not in ON_REQUEST]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, "
    )
    print(f"Python {platform.python_version()}")
    for name in names:
        if name not in ALL:
            sys.exit(f"no benchmark {name!r}; there are: {', '.join(ALL)}")
        print(f"\n== {name}")
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
