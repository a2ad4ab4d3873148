"""What a scene may use beside the learner's own names; bound before a learner's code is loaded."""

from __future__ import annotations

import contextlib
import copy
import ctypes
import io
import math
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from tutor.evaluator import record
from tutor.evaluator.observe import is_array, is_tensor, text_of
from tutor.evaluator.passes import backward_passes, from_backward

_byte_bounds = np.lib.array_utils.byte_bounds
_string_at, _memmove = ctypes.string_at, ctypes.memmove
_FLIPPED = bytes(255 - byte for byte in range(256))
_storage, _numel = torch.Tensor.untyped_storage, torch.Tensor.numel


def shares_storage(a: Any, b: Any) -> bool:
    """True when ``a`` and ``b`` (tensors or arrays) share memory.

    Proved by writing: every byte of the memory under ``a`` is flipped, ``b`` is read again, and
    the bytes are flipped back. Version counters do not move.
    """
    memory, other = _memory(a), _memory(b)
    if memory is None or other is None:
        return False
    written, read = _string_at(*memory), _string_at(*other)
    _memmove(memory[0], written.translate(_FLIPPED), memory[1])
    try:
        return _string_at(*other) != read
    finally:
        _memmove(memory[0], written, memory[1])


def _memory(value: Any) -> tuple[int, int] | None:
    """Address and size in bytes of the memory under ``value``; None where there is none."""
    if is_tensor(value):
        if value.layout is not torch.strided or value.device.type != "cpu":
            return None
        # Of a tensor without elements nothing could be read, whatever it stands on.
        storage = _storage(value)
        low, size = storage.data_ptr(), storage.nbytes() if _numel(value) else 0
    elif is_array(value) and value.size:
        low, high = _byte_bounds(value)
        size = high - low
    else:
        return None
    return (low, size) if size and low else None


def raised(run: Callable[[], Any]) -> str | None:
    """Name of the exception type that ``run()`` raises, None when it returns."""
    try:
        run()
    except Exception as error:
        return type(error).__name__
    return None


def message_of(run: Callable[[], Any]) -> str | None:
    """Text of the exception that ``run()`` raises, None when it returns."""
    try:
        run()
    except Exception as error:
        return text_of(error, 2000)
    return None


def ops(run: Callable[..., Any], *args: Any) -> list[str]:
    """Names of the ATen operations that ``run(*args)`` executes, in order."""
    with record.recording(frozenset({"ops"})) as log:
        run(*args)
    return log.all_ops


def printed(run: Callable[..., Any], *args: Any) -> str:
    """What ``run(*args)`` prints."""
    target = io.StringIO()
    with contextlib.redirect_stdout(target):
        run(*args)
    return target.getvalue()


def warned(run: Callable[..., Any], *args: Any) -> list[str]:
    """Categories of the warnings that ``run(*args)`` gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(*args)
    return [w.category.__name__ for w in caught]


HELPERS: dict[str, Any] = {
    "shares_storage": shares_storage,
    "raised": raised,
    "message_of": message_of,
    "ops": ops,
    "printed": printed,
    "warned": warned,
    "backward_passes": backward_passes,
    "from_backward": from_backward,
    "torch": torch,
    "nn": torch.nn,
    "F": torch.nn.functional,
    "np": np,
    "math": math,
    "copy": copy,
    "warnings": warnings,
    "sys": sys,
}
