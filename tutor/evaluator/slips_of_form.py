"""Slips of shape, dtype and type: what turned the asked form into the observed one. Pure."""

from __future__ import annotations

import torch
from torch import Tensor

from tutor.evaluator.slips import Slip, permuted, same_numbers, slip

_NUMBERS = ("float", "int", "bool")


def type_slips(want: str, got: str) -> list[Slip]:
    """From the names of two types."""
    if want in ("Tensor", "Parameter") and got in _NUMBERS:
        return [slip("item")]
    if want in _NUMBERS and got == "Tensor":
        return [slip("no_item")]
    if want == "Tensor" and got == "numpy.ndarray":
        return [slip("numpy")]
    if {want, got} == {"list", "tuple"}:
        return [slip(f"to_{want}")]
    return []


def shape_slips(want: Tensor, got: Tensor) -> list[Slip]:
    """From expected and observed elements of different shapes."""
    a, b = tuple(want.shape), tuple(got.shape)
    bare, other = [n for n in a if n != 1], [n for n in b if n != 1]
    if bare == other and a != b and sorted(a) != sorted(b):
        return [slip("keepdim" if len(b) < len(a) else "squeeze")]
    if sorted(a) == sorted(b) and len(a) > 1:
        return [slip("transposed")]
    if want.numel() == got.numel():
        return _same_count(want, got)
    if len(bare) == 1 and b == (bare[0], bare[0]):
        return [slip("outer", n=bare[0])]
    if not b and a:
        return [slip("reduced_all")]
    if not a and b:
        return [slip("not_reduced")]
    if len(a) == len(b):
        return _one_off(want, got)
    if len(a) == len(b) + 1 and a[1:] == b and same_numbers(want[0], got):
        return [slip("first_only")]
    return []


def _same_count(want: Tensor, got: Tensor) -> list[Slip]:
    if same_numbers(want.flatten(), got.flatten()):
        return [slip("reshaped")]
    return [slip("reordered")] if permuted(want, got) else []


def _one_off(want: Tensor, got: Tensor) -> list[Slip]:
    off = [d for d, (x, y) in enumerate(zip(want.shape, got.shape, strict=True)) if x != y]
    if len(off) != 1 or abs(want.shape[off[0]] - got.shape[off[0]]) != 1:
        return []
    dim = off[0]
    short, long = sorted((want, got), key=lambda t: t.shape[dim])
    n = short.shape[dim]
    for place, part in (("last", long.narrow(dim, 0, n)), ("first", long.narrow(dim, 1, n))):
        if n and same_numbers(part, short):
            missing = short is got
            return [slip(f"{place}_{'missing' if missing else 'extra'}", dim=dim)]
    return [slip("one_off", dim=dim)]


def dtype_slips(want: Tensor, got: Tensor) -> list[Slip]:
    """From expected and observed elements of one shape and different dtypes."""
    a, b = want.dtype, got.dtype
    if want.is_complex() or got.is_complex():
        return []
    if a.is_floating_point and not b.is_floating_point and b != torch.bool:
        whole = same_numbers(want.trunc(), got) or same_numbers(want.floor(), got)
        return [slip("int_division" if whole and not same_numbers(want, got) else "to_int")]
    if b.is_floating_point and not a.is_floating_point:
        return [slip("to_float")]
    if torch.bool in (a, b):
        return [slip("bool_as_number" if a == torch.bool else "number_as_bool")]
    if b == torch.float32 and a.is_floating_point:
        return [slip("default_dtype", dtype=str(a).removeprefix("torch."))]
    if b == torch.float64 and a.is_floating_point:
        return [slip("to_double")]
    return [slip("cast")]
