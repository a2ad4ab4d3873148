"""Where a fault of ours goes: the log, never the screen."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path

from tutor import __version__
from tutor.paths import Folders

MAX_LOG = 1 << 20


def log_file(folders: Folders | None = None) -> Path:
    """The log's path; its folder is made."""
    folders = folders or Folders.from_environment()
    folders.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folders.state / "tutor.log"


def log_crash(fault: BaseException) -> str:
    """Append the traceback to the log; its path, or why there is none."""
    try:
        path = log_file()
        if path.exists() and path.stat().st_size > MAX_LOG:
            path.replace(path.with_suffix(".old.log"))
        with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"--- {datetime.now(UTC).isoformat()} tutor {__version__}\n")
            log.write("".join(traceback.format_exception(fault)))
    except OSError as error:  # a full or read-only disk must not hide the first fault
        return f"({error})"
    return str(path)
