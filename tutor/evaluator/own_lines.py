"""Warnings and printed stacks as ``python exercise.py`` would show them: no file of ours in them.

Below a learner's program run frames of this package, and a ``stacklevel`` counts them, as does
everything that prints a whole stack: ``traceback.print_stack``, logging, torch's anomaly mode.
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from types import FrameType
from typing import Any

from tutor.evaluator.record import LEARNERS_FILE, SCENE

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_SHOW = "_showwarnmsg"  # through which every warning passes that is shown or caught; a private name


def tell_own_lines() -> None:
    """From here on in this process; before any of the learner's code is loaded."""
    walk_stack = traceback.walk_stack

    def walk_own(f: FrameType | None) -> Iterator[tuple[FrameType, int]]:
        if f is None:  # it then counts the frames between itself and its caller
            return walk_stack(None)
        return (pair for pair in walk_stack(f) if not _ours(pair[0]))

    traceback.walk_stack = walk_own
    show = getattr(warnings, _SHOW, None)
    if show is None:
        return

    def show_own(told: Any) -> None:
        _place(told, sys._getframe(1))
        show(told)

    setattr(warnings, _SHOW, show_own)


def _ours(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    # The zygote's command line is the first frame of all; exec'd code of a learner's is no first.
    started = frame.f_back is None and file == "<string>"
    return started or file == SCENE or file.startswith(_PACKAGE)


def _place(told: warnings.WarningMessage, frame: FrameType | None) -> None:
    """A warning that names a file is given the learner's line instead, where there is one."""
    if told.filename != SCENE and not os.path.isabs(told.filename):
        return  # the learner's own, or no file at all
    line = _nearest_line(told.filename, told.lineno, frame)
    # Without one: what Python says where the stack has come to its end.
    told.filename, told.lineno = (LEARNERS_FILE, line) if line else ("sys", 1)
    told.line = None


def _nearest_line(file: str, number: int, frame: FrameType | None) -> int | None:
    """The learner's line that the frame warned about has called, or else was called by, or any."""
    first, last, passed = None, None, False
    while frame is not None:
        if frame.f_code.co_filename == LEARNERS_FILE:
            last = frame.f_lineno
            first = first or last
            if passed:
                return last
        elif frame.f_code.co_filename == file and frame.f_lineno == number:
            passed = True
            if last:
                return last
        frame = frame.f_back
    return first
