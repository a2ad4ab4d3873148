"""What the options before a command say; handed to every command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.content.loader import Course
    from tutor.evaluator.outcome import Grade
    from tutor.paths import Folders
    from tutor.store.db import Store

DONE, NOT_PASSED, USAGE, OUR_FAULT = 0, 1, 2, 3
"""Exit codes of every command."""


@dataclass(frozen=True)
class Context:
    """Which course, which learner, how strict."""

    course_root: Path | None
    strict_name: str | None

    @property
    def root(self) -> Path:
        """The folder with ``lessons`` and ``quizzes``."""
        from tutor.paths import default_course_root

        return self.course_root or default_course_root()

    @property
    def folders(self) -> Folders:
        """Where data, settings and state are kept."""
        from tutor.paths import Folders

        return Folders.from_environment()

    @property
    def strict(self) -> Grade | None:
        """The least that the sandbox must enforce, if it was asked for."""
        from tutor.evaluator.outcome import Grade

        return Grade(self.strict_name) if self.strict_name else None

    def course(self) -> Course:
        """The course's index."""
        from tutor.content.loader import load_course

        return load_course(self.root)

    def store(self) -> Store:
        """The learner's progress; to be closed."""
        from tutor.store.db import open_store
        from tutor.study.schedule import project

        return open_store(self.folders, project=project)
