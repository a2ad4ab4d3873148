"""Slips: the small mistakes that turn the expected numbers into the observed ones. Pure.

Every test is arithmetic over two tensors; none knows the code. What fits is a question to the
learner, never a fact: another slip may give the same numbers, and then both are asked.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

# Numbers that any factor or offset would explain are no evidence for one.
FEW = 3
_LOG_BASES = {math.log2(math.e): 2, math.log10(math.e): 10}


class Slip(NamedTuple):
    """A slip that fits: its key in the catalogue ``slips``, and what its sentence names."""

    name: str
    values: tuple[tuple[str, object], ...] = ()


def slip(name: str, **values: object) -> Slip:
    """A slip with what its sentence names."""
    return Slip(name, tuple(values.items()))


def value_slips(
    want: Tensor,
    got: Tensor,
    sizes: Collection[int] = (),
    inputs: Mapping[str, Tensor] | None = None,
) -> list[Slip]:
    """Slips that explain other values in the right shape and dtype, the plainest first.

    Args:
        want: expected elements.
        got: observed elements, of the same shape.
        sizes: numbers of elements that a mean may have divided by.
        inputs: the probe's tensors by name.
    """
    if want.shape != got.shape or not want.numel() or want.is_complex() or got.is_complex():
        return []
    if want.dtype == torch.bool:
        return [slip("negated")] if bool((want != got).all()) and want.numel() >= FEW else []
    close = _Close(want.dtype)
    a, b = want.double(), got.double()
    if bool((a.isfinite() & b.isnan()).any()):
        return [slip("nan")]
    if not bool((a.isfinite() & b.isfinite()).all()) or close(a, b):
        return []
    if a.any() and not b.any():
        return [slip("all_zero")]
    for name, value in (inputs or {}).items():
        if value.shape == got.shape and not value.is_complex() and close(value.double(), b):
            return [slip("untouched", input=name)]
    if precision := _precision(want, got):
        return precision
    found = [*_named_factors(a, b, sizes, close), *_functions(a, b, close), *_places(a, b, close)]
    if not found or _constant(a):
        found += list(_any_factor_or_offset(a, b, close, named=bool(found)))
    return found or list(_parts(a, b, close, inputs or {}))


def same_numbers(a: Tensor, b: Tensor) -> bool:
    """True when two tensors have one shape and, up to rounding, the same elements."""
    coarser = max(
        (a.dtype, b.dtype), key=lambda d: torch.finfo(d).eps if d.is_floating_point else 0
    )
    return _Close(coarser)(a.double(), b.double())


def permuted(a: Tensor, b: Tensor) -> bool:
    """True when two tensors hold the same numbers, in whatever order and shape."""
    return same_numbers(a.flatten().sort()[0], b.flatten().sort()[0])


class _Close:
    """Equality up to what rounding in ``dtype`` explains, and far below what a slip changes."""

    def __init__(self, dtype: torch.dtype) -> None:
        eps = torch.finfo(dtype).eps if dtype.is_floating_point else 0.0
        self.rtol = max(1e-9, 200 * eps if eps < 1e-3 else 8 * eps)

    def where(self, a: Tensor, b: Tensor) -> Tensor:
        """Elementwise."""
        scale = float(a.abs().max()) if a.numel() else 0.0
        return (a - b).abs() <= self.rtol * a.abs() + 1e-2 * self.rtol * scale

    def __call__(self, a: Tensor, b: Tensor) -> bool:
        return a.shape == b.shape and bool(self.where(a, b).all())


def _constant(a: Tensor) -> bool:
    return bool((a == a.flatten()[0]).all())


# --- one number for all -----------------------------------------------------------------------


def _factor(a: Tensor, b: Tensor, close: _Close) -> float | None:
    """``k`` with ``b == k * a`` (least squares), None where there is none."""
    k = float((a * b).sum() / (a * a).sum()) if bool(a.any()) else 0.0
    return k if k and math.isfinite(k) and close(k * a, b) else None


def _named_factors(a: Tensor, b: Tensor, sizes: Collection[int], close: _Close) -> Iterator[Slip]:
    k = _factor(a, b, close)
    if k is None:
        return
    known = [(-1.0, slip("sign")), (2.0, slip("double")), (0.5, slip("half"))]
    known += [(k, slip("log_base", base=base)) for k, base in _LOG_BASES.items()]
    for n in sorted(set(sizes)):
        if n < 2:
            continue
        known += [(n, slip("sum_for_mean", n=n)), (1 / n, slip("mean_for_sum", n=n))]
        known += [(math.sqrt(n), slip("root_many", n=n)), (1 / math.sqrt(n), slip("root_few", n=n))]
        rest = n - 1
        for power in (1, 0.5) if rest > 1 else ():  # of n = 2 it is the factor 2
            known.append(((n / rest) ** power, slip("unbiased_for_biased", n=n, rest=rest)))
            known.append(((rest / n) ** power, slip("biased_for_unbiased", n=n, rest=rest)))
    # A factor that rounding could have made is none.
    room = 10 * close.rtol
    yield from dict.fromkeys(
        named for factor, named in known if abs(k / factor - 1) < room and abs(factor - 1) > room
    )


def _any_factor_or_offset(a: Tensor, b: Tensor, close: _Close, *, named: bool) -> Iterator[Slip]:
    gap = b - a
    shifted = close(a + gap.flatten()[0], b)
    if shifted and close(gap.abs(), torch.ones_like(gap)):
        yield slip("one_more" if float(gap.flatten()[0]) > 0 else "one_less")
    elif shifted and a.numel() >= FEW:
        yield slip("offset", offset=f"{float(gap.flatten()[0]):.4g}")
    k = _factor(a, b, close)
    if k is not None and a.numel() >= FEW and not named:
        yield slip("factor", factor=f"{k:.4g}")


# --- a function of each -----------------------------------------------------------------------

_FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "abs": torch.abs,
    "clamped": lambda a: a.clamp(min=0),
    "reciprocal": torch.reciprocal,
    "complement": lambda a: 1 - a,
    "squared": torch.square,
    "root": torch.sqrt,
    "log": torch.log,
    "exp": torch.exp,
    "truncated": torch.trunc,
    "floored": torch.floor,
    "rounded": torch.round,
}


def _functions(a: Tensor, b: Tensor, close: _Close) -> Iterator[Slip]:
    names = [name for name, f in _FUNCTIONS.items() if _finite_and_close(f(a), b, close)]
    if bool((a <= 0).all()) and "abs" in names:
        names.remove("abs")  # that is the sign
    if {"truncated", "floored"} & set(names):
        names = [name for name in names if name not in ("truncated", "floored", "rounded")]
        names.append("int_division")
    yield from (slip(name) for name in names)


def _finite_and_close(made: Tensor, b: Tensor, close: _Close) -> bool:
    return bool(made.isfinite().all()) and close(made, b)


def _precision(want: Tensor, got: Tensor) -> list[Slip]:
    """Right to fewer digits than the dtype carries."""
    error = float((got.double() - want.double()).abs().max())
    scale = float(want.double().abs().max())
    coarser = {torch.float64: torch.float32, torch.float32: torch.float16}.get(want.dtype)
    if coarser is None or error > 8 * torch.finfo(coarser).eps * scale:
        return []
    # float32 has noise of its own: only numbers that float16 can hold were once in it.
    halves = any(torch.equal(got, got.to(d).to(got.dtype)) for d in (torch.float16, torch.bfloat16))
    if want.dtype == torch.float32 and not (halves and want.numel() >= FEW):
        return []
    return [slip("precision", dtype=str(coarser).removeprefix("torch."))]


# --- the right numbers elsewhere --------------------------------------------------------------


def _places(a: Tensor, b: Tensor, close: _Close) -> Iterator[Slip]:
    if _constant(a):
        return
    moved = list(_moved(a, b, close))
    if not moved and a.numel() >= FEW and close(a.flatten().sort()[0], b.flatten().sort()[0]):
        moved = [slip("reordered")]
    yield from moved


def _moved(a: Tensor, b: Tensor, close: _Close) -> Iterator[Slip]:
    if any(close(a.permute(p), b) for p in _permutations(a.dim())):
        yield slip("transposed")
    for dim in range(a.dim()):
        n = a.shape[dim]
        if close(a.flip(dim), b):
            yield slip("flipped", dim=dim)
        elif n >= FEW and (
            close(a.narrow(dim, 0, n - 1), b.narrow(dim, 1, n - 1))
            or close(a.narrow(dim, 1, n - 1), b.narrow(dim, 0, n - 1))
        ):
            yield slip("shifted", dim=dim)


def _permutations(dims: int) -> Iterator[tuple[int, ...]]:
    """Every other order of up to four dimensions."""
    return itertools.islice(itertools.permutations(range(dims)), 1, None if dims <= 4 else 1)


# --- wrong in a part only ---------------------------------------------------------------------


def _parts(a: Tensor, b: Tensor, close: _Close, inputs: Mapping[str, Tensor]) -> Iterator[Slip]:
    bad = ~close.where(a, b)
    for name, value in inputs.items():
        if value.shape == bad.shape and not value.is_complex() and value.dtype != torch.bool:
            for key, part in (("where_negative", value < 0), ("where_zero", value == 0)):
                if torch.equal(bad, part) and bool(bad.any()):
                    yield slip(key, input=name)
                    return
    if bad.dim() == 2 and bad.shape[0] == bad.shape[1] >= FEW:
        on = torch.eye(bad.shape[0], dtype=torch.bool)
        if torch.equal(bad, on):
            yield slip("diagonal")
            return
    for dim in range(bad.dim()):
        n = bad.shape[dim]
        off = [i for i in range(n) if bool(bad.select(dim, i).any())]
        if n >= FEW and len(off) == 1 and off[0] in (0, n - 1):
            yield slip("last" if off[0] else "first", dim=dim)
            return
