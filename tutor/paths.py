"""Where things are: the learner's folders, the course, and a write that is whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

APP = "torch-tutor"
PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Folders:
    """The three folders that belong to one learner. Nothing is created before it is needed."""

    data: Path  # progress, backups, the mirror
    config: Path  # settings
    state: Path  # logs and other things that may be thrown away

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> Folders:
        """The folders that the environment asks for.

        Args:
            env: Defaults to the process's own environment. ``TUTOR_HOME`` puts all three folders
                into one; otherwise the platform's own places are used.
        """
        env = os.environ if env is None else env
        home = env.get("TUTOR_HOME", "")
        if home:
            return cls.under(Path(home).expanduser().absolute())
        import platformdirs

        return cls(
            data=Path(platformdirs.user_data_dir(APP, appauthor=False)),
            config=Path(platformdirs.user_config_dir(APP, appauthor=False)),
            state=Path(platformdirs.user_state_dir(APP, appauthor=False)),
        )

    @classmethod
    def under(cls, home: Path) -> Folders:
        """All three folders inside ``home``."""
        return cls(data=home / "data", config=home / "config", state=home / "state")

    @property
    def progress(self) -> Path:
        """The one file that holds what the learner did."""
        return self.data / "progress.db"

    @property
    def mirror(self) -> Path:
        """The same events as plain lines, for the day the file above is lost."""
        return self.data / "events.jsonl"

    @property
    def backups(self) -> Path:
        """Rotated copies of the progress file."""
        return self.data / "backups"


def private_folder(path: Path) -> Path:
    """Create ``path`` if need be, readable by its owner only, and return it.

    Raises:
        OSError: When the folder cannot be made.
    """
    if not path.is_dir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkdir's mode passes through the umask; a folder that was there keeps what it was given.
        path.chmod(0o700)
    return path


def atomic_write(path: Path, text: str) -> None:
    """Write ``text`` so that a reader, or a power cut, finds the old file or the new one.

    Raises:
        OSError: When it cannot be written; the old file is then untouched.
    """
    private_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make a rename inside ``path`` survive a power cut, where the system can."""
    # Some file systems refuse to sync a folder; the file itself is synced already.
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def default_course_root() -> Path:
    """The folder that holds ``lessons`` and ``quizzes``: beside the package, or in the wheel."""
    beside = PACKAGE.parent
    # A stray folder called "lessons" in site-packages is not ours; course.yaml tells.
    if (beside / "lessons" / "course.yaml").is_file():
        return beside
    return PACKAGE / "course"
