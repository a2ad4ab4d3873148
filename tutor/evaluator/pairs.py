"""A forked pair, learner and judge, as their parent sees it; and the folders they may write."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
from pathlib import Path

from tutor.evaluator.confine.folder import remove, usage

DYING_SECONDS = 0.02
# In place of a wait status: the learner's process gave no answer any more and did not end either.
LEFT_OVER = -1
# Killed by nobody here, and not for want of memory either.
KILLED_FROM_OUTSIDE = -2
_PREFIX = "tutor-run-"


class Pair:
    """Two children that live and die together."""

    def __init__(
        self, number: int, learner: int, judge: int, folder: str | None, cpu_seconds: int
    ) -> None:
        self.number = number
        self.folder = folder
        self.kill_at: float | None = None
        self.learner_status: int | None = None
        self.judge_status: int | None = None
        self._cpu_seconds = cpu_seconds
        self._oom_kills = _oom_kills()
        self._told_hurt = False
        self._killed = False  # by us
        self._left_over = False  # the learner's process was there when the judge had finished
        # Those not yet collected; until then their numbers cannot be anybody else's.
        self._pids = {"learner": learner, "judge": judge}

    def bury(self, now: float) -> bool:
        """Collect children that ended, kill what must not outlive them; True when both are gone."""
        for name, pid in list(self._pids.items()):
            ended, status, used = os.wait4(pid, os.WNOHANG)
            if ended:
                if name == "learner" and status == signal.SIGKILL:
                    status = self._why_killed(used.ru_utime + used.ru_stime)
                setattr(self, f"{name}_status", status)
                del self._pids[name]
        if self.kill_at is not None and now >= self.kill_at:
            self.kill_now()
        if list(self._pids) == ["learner"] and self.kill_at is None:
            # The verdict is written: nothing that the learner's process still does matters. One
            # that is dying has a moment to do so, and its status then tells how.
            self._left_over = True
            self.kill_at = now + DYING_SECONDS
        return not self._pids

    def hurt(self) -> bool:
        """True once, when the learner's process was killed: an idle judge does not notice."""
        if self._told_hurt or self.learner_status != KILLED_FROM_OUTSIDE:
            return False
        self._told_hurt = True
        return "judge" in self._pids

    def await_end(self, seconds: float) -> None:
        """Wait until both are gone, no longer than ``seconds``."""
        until = time.monotonic() + seconds
        while not self.bury(now := time.monotonic()) and now < until:
            time.sleep(0.001)

    def overfills(self) -> bool:
        """True when the run folder holds more than one may."""
        return self.folder is not None and usage(self.folder).too_much

    def kill(self, at: float) -> None:
        """Ask the learner's process where it is, and end both at ``at`` (time.monotonic())."""
        if self.kill_at is None:
            self._signal("learner", signal.SIGUSR1)
            self.kill_at = at

    def kill_now(self) -> None:
        """End both at once."""
        self._killed = True
        for name in self._pids:
            self._signal(name, signal.SIGKILL)

    def _why_killed(self, cpu_seconds: float) -> int:
        # Somebody else may have been first, in the moment that it had left.
        if self._killed:
            return LEFT_OVER if self._left_over else signal.SIGKILL
        if cpu_seconds >= self._cpu_seconds:
            return signal.SIGXCPU  # which it ignored; the hard limit, a second later, kills
        return signal.SIGKILL if _oom_kills() > self._oom_kills else KILLED_FROM_OUTSIDE

    def _signal(self, name: str, number: int) -> None:
        if name in self._pids:
            os.kill(self._pids[name], number)  # to a zombie it is no error


def sweep_stale() -> None:
    """Delete the run folders of zygotes that are no more."""
    for stale in Path(tempfile.gettempdir()).glob(f"{_PREFIX}{os.getuid()}-*"):
        pid = stale.name.rsplit("-", 1)[-1]
        if pid.isdigit() and not _alive(int(pid)):
            _sweep(str(stale))


class RunFolders:
    """Folders that exercises with ``files: true`` may write; those of dead zygotes are swept."""

    def __init__(self) -> None:
        sweep_stale()
        self._ours = False
        self._root = Path(tempfile.gettempdir()) / f"{_PREFIX}{os.getuid()}-{os.getpid()}"

    def make(self, number: int) -> str:
        """A fresh folder for one run. Raises OSError when there is no room for one."""
        # No exist_ok the first time: mkdir fails on a name that somebody else has taken.
        if not (self._ours and self._root.exists()):
            self._root.mkdir(mode=0o700)
            self._ours = True
        folder = self._root / str(number)
        folder.mkdir(mode=0o700)
        return str(folder)

    def remove(self, folder: str | None) -> None:
        """Delete the folder of a run that has ended."""
        if folder:
            _sweep(folder)

    def remove_all(self) -> None:
        """Delete everything, when the zygote ends."""
        _sweep(str(self._root))


def _oom_kills() -> int:
    """How many processes this machine has killed for want of memory; 0 where it does not tell."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count)
    return 0


def _sweep(folder: str) -> None:
    # What belongs to somebody else by now is theirs to delete.
    with contextlib.suppress(OSError):
        remove(folder)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
