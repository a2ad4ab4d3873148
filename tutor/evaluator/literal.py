"""Live values -> Python text that makes them again, exactly, where that can still be read."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

MOST = 60  # elements of a tensor that is written out
_BRACKETS: dict[Any, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}")}


class TooLong(Exception):
    """A value that no reader wants to see written out, or that text cannot make."""


def literal(value: Any, depth: int = 0) -> str:
    """``value`` as an expression. Raises TooLong."""
    kind = type(value)
    if depth > 4:
        raise TooLong
    if value is None or kind in (bool, int, str, complex):
        return _short(repr(value))
    if kind is float:
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
    if kind in (torch.dtype, slice, range) or value is Ellipsis:
        return repr(value)
    if kind is torch.Size:
        return f"torch.Size({list(value)})"
    if kind in _BRACKETS and (value or kind is not set):
        inside = ", ".join(literal(item, depth + 1) for item in value)
        opening, closing = _BRACKETS[kind]
        return _short(
            f"{opening}{inside}{',' if kind is tuple and len(value) == 1 else ''}{closing}"
        )
    if kind is dict:
        pairs = (f"{literal(k, depth + 1)}: {literal(v, depth + 1)}" for k, v in value.items())
        return _short(f"{{{', '.join(pairs)}}}")
    if kind is torch.Generator:
        return _generator(value)
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, np.ndarray) and value.size <= MOST and value.flags.c_contiguous:
        return f"np.array({value.tolist()}, dtype={value.dtype.name!r})"
    raise TooLong


def _short(text: str) -> str:
    if len(text) > 20 * MOST:
        raise TooLong
    return text


def _generator(value: torch.Generator) -> str:
    seed = value.initial_seed()
    if not torch.equal(torch.Generator().manual_seed(seed).get_state(), value.get_state()):
        raise TooLong  # it has been drawn from
    return f"torch.Generator().manual_seed({seed})"


def _tensor(value: torch.Tensor) -> str:
    plain = value.detach()
    cells = plain.untyped_storage().nbytes() // plain.element_size()
    if max(cells, plain.numel()) > MOST or plain.is_complex():
        raise TooLong
    text = _elements(plain, cells)
    if isinstance(value, torch.nn.Parameter):
        grad = "" if value.requires_grad else ", requires_grad=False"
        return f"torch.nn.Parameter({text}{grad})"
    return f"{text}.requires_grad_()" if value.requires_grad else text


def _elements(plain: torch.Tensor, cells: int) -> str:
    whole = plain.storage_offset() == 0 and plain.numel() == cells
    if not plain.numel():
        return f"torch.empty({tuple(plain.shape)}, dtype={plain.dtype})"
    if whole and plain.is_contiguous():
        return _contiguous(plain)
    if whole and plain.dim() == 2 and plain.t().is_contiguous():
        return f"{_contiguous(plain.t())}.t()"
    memory = plain.as_strided((cells,), (1,), 0)
    place = f"{tuple(plain.shape)}, {tuple(plain.stride())}, {plain.storage_offset()}"
    return f"{_contiguous(memory)}.as_strided({place})"


def _contiguous(plain: torch.Tensor) -> str:
    usual = plain.dtype in (torch.float32, torch.int64, torch.bool)
    dtype = "" if usual else f", dtype={plain.dtype}"
    return f"torch.tensor({_numbers(plain)}{dtype})"


def _numbers(plain: torch.Tensor) -> str:
    """The elements in as few digits as make them again."""
    if plain.dim():
        return f"[{', '.join(_numbers(row) for row in plain)}]"
    number = plain.item()
    if isinstance(number, float):
        if not math.isfinite(number):
            return f"float({str(number)!r})"
        return str(np.float32(number)) if plain.dtype == torch.float32 else repr(number)
    return repr(number)
