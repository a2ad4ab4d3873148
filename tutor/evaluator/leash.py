"""While the zygote imports torch it cannot read its line: the kernel then ends it with the client.

Standard library only, since it is the first thing a zygote does.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def take(client: int) -> None:
    """End this process when ``client`` ends, or at once when it is gone already."""
    _on_death(signal.SIGKILL)
    if os.getppid() != client:  # it went between the fork and the line above
        os._exit(0)


def let_go() -> None:
    """From now on the end of the line is noticed, and there may be folders to take away first.

    The signal would also come when only the client's *thread* ends that started this process.
    """
    _on_death(0)


def _on_death(number: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
