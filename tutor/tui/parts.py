"""What the app is put together from; tests put in their own."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.paths import private_folder
from tutor.settings import DEFAULTS, Loaded, Settings

if TYPE_CHECKING:
    from tutor.content.loader import Course
    from tutor.evaluator.client import Evaluator
    from tutor.evaluator.outcome import Grade
    from tutor.paths import Folders
    from tutor.store.db import Store


def local_now() -> datetime:
    """The time here, with its zone: a study day is a local one."""
    return datetime.now().astimezone()


@dataclass(frozen=True)
class Parts:
    """A course, the learner's folders, and how to get the store and the evaluator when needed."""

    course: Course
    folders: Folders
    open_store: Callable[[], Store]
    make_evaluator: Callable[[], Evaluator]
    settings: Loaded = DEFAULTS
    clock: Callable[[], datetime] = local_now
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)


def log_path(folders: Folders) -> Path:
    """Where errors of ours are written."""
    return folders.state / "tutor.log"


def keep_log(folders: Folders) -> None:
    """Write warnings and errors to the log; without a place for it, nowhere."""
    handler: logging.Handler = logging.NullHandler()
    # A read-only disk must not keep anybody from reading a lesson.
    with contextlib.suppress(OSError):
        private_folder(folders.state)
        handler = logging.FileHandler(log_path(folders), encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def open_learner(folders: Folders) -> Store:
    """Open the store with the schedule's fold; called in the store's thread."""
    from tutor.store.db import open_store
    from tutor.study.schedule import project

    return open_store(folders, project=project)


def make_evaluator(settings: Settings, strict: Grade | None = None) -> Evaluator:
    """An evaluator that has not started a process yet; ``strict`` goes before the setting."""
    from tutor.evaluator.client import Evaluator
    from tutor.evaluator.outcome import Grade

    wanted = None if settings.sandbox == "any" else Grade(settings.sandbox)
    return Evaluator(strict=strict or wanted)
