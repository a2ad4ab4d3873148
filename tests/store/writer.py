"""A process that records answers and says so, one line for each that was acknowledged.

``python writer.py HOME NAME NUMBER``: NUMBER answers, or without end for 0. A line is written
straight to the pipe after ``record`` has returned: what was read before a kill was acknowledged.
"""

import os
import sys
from itertools import count
from pathlib import Path

from tutor.paths import Folders
from tutor.store.db import open_store
from tutor.store.events import NewEvent
from tutor.study.schedule import project


def main() -> None:
    home, name, number = sys.argv[1:]
    store = open_store(Folders.under(Path(home)), project=project)
    os.write(1, b"open\n")
    for n in range(int(number)) if int(number) else count():
        store.save_draft(f"draft-{name}", f"{name}-{n}")
        body = {"right": n % 3 > 0, "given": f"{name}-{n}"}
        store.record(NewEvent("answer", f"q{n % 5}", body))
        os.write(1, f"{name}-{n}\n".encode())
    store.close()
    os.write(1, b"closed\n")


if __name__ == "__main__":
    main()
