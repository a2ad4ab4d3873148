"""What ran while a learner's function ran: torch functions, ATen operations, the largest tensor.

Names in a source prove little (an alias hides a call, an innocent variable looks like one), so the
rules look at what runs. Only what the learner's own lines asked for counts: the scene's own calls
and the insides of torch do not.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

LEARNERS_FILE = "exercise.py"
SIDE_FILE = "solution.py"  # on the judge's side
_WATCHED = (LEARNERS_FILE, SIDE_FILE)
SCENE = "<probe>"
MAX_CALLS = 2_000


class Log:
    """What was recorded: calls as [name, line], operations of the learner's lines by name."""

    def __init__(self) -> None:
        self.calls: list[list[Any]] = []
        self.ops: list[str] = []
        self.all_ops: list[str] = []
        self.peak = 0


@contextlib.contextmanager
def recording(watch: frozenset[str]) -> Iterator[Log]:
    """Record while the block runs; ``watch`` holds "calls", "ops" or both, or nothing."""
    log = Log()
    with contextlib.ExitStack() as modes:
        if "calls" in watch:
            modes.enter_context(_Calls(log))
        if "ops" in watch:
            modes.enter_context(_Operations(log))
        yield log


class _Calls(TorchFunctionMode):
    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        line = _learners_line()
        if line and len(self._log.calls) < MAX_CALLS:
            self._log.calls.append([_name(func), line])
        return func(*args, **(kwargs or {}))


class _Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self, log: Log) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._log = log

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        name = func.name().split(".")[0]
        if len(self._log.all_ops) < 50 * MAX_CALLS:
            self._log.all_ops.append(name)
            if _learners_line():
                self._log.ops.append(name)
                made = result if isinstance(result, (tuple, list)) else (result,)
                sizes = (one.numel() for one in made if isinstance(one, torch.Tensor))
                self._log.peak = max(self._log.peak, *sizes, 0)
        return result


def _name(func: Any) -> str:
    name = resolve_name(func) or getattr(func, "__name__", "") or str(func)
    return name.removesuffix(".__get__").removesuffix(".__set__")


def _learners_line() -> int:
    """Line of the learner's source (or a solution's) that asked for this, 0 for the scene."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name in _WATCHED:
            return frame.f_lineno
        if name == SCENE:
            return 0
        frame = frame.f_back  # type: ignore[assignment]
    return 0
