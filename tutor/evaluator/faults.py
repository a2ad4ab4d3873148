"""Faults of an exercise's own check: ours, never the learner's; and where in the exercise."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, TypeAlias

Trail: TypeAlias = tuple[str | int, ...]  # the way to a field: ("probes", 0, "draw")


class ContentFault(Exception):
    """The exercise itself is broken.

    Args:
        probe: the probe's name.
        reason: what happened, for its author.
        trail: the field of the exercise that is at fault.
        line: of the field's text, from 1.
    """

    def __init__(self, probe: str, reason: str, trail: Trail = (), line: int = 1) -> None:
        super().__init__(f"probe {probe!r}: {reason}")
        self.probe = probe
        self.trail = trail
        self.line = line


class Unsound(Exception):
    """A requirement that fails for the solution, or cannot be evaluated at all."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(reason)
        self.number = number


@contextlib.contextmanager
def ours(probe: str, trail: Trail, file: str, what: str = "") -> Iterator[None]:
    """Whatever is raised here is a fault of the exercise, in the field that ``trail`` leads to.

    Args:
        probe: the probe's name.
        trail: the field.
        file: the name that the field's code was compiled under.
        what: goes before the exception in the reason.
    """
    try:
        yield
    except ContentFault:
        raise
    except (Exception, SystemExit) as error:
        reason = f"{what}{type(error).__name__}: {error}"
        raise ContentFault(probe, reason, trail, line_in(error, file) or 1) from error


def line_in(error: BaseException, file: str) -> int | None:
    """The innermost line of ``file`` that an exception passed through, or cannot be read at."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def of_look(fault: dict[str, Any], probe: str, trail: Trail, number: int) -> ContentFault:
    """The fault of a solution that raised where it should not, as ``Side`` describes it.

    Where the scene got as far as a line of its own, that line; else the solution's.
    """
    reason = f"solution {number + 1}: {fault.get('type')}: {fault.get('message')}"
    if fault.get("scene_line"):
        return ContentFault(probe, reason, trail, fault["scene_line"])
    return ContentFault(probe, reason, ("solutions", number), fault.get("own_line") or 1)
