"""One observed value against another: type, then shape, then dtype, then elements. Pure.

The allowed error scales with the expected side only, so that a huge wrong answer cannot allow
itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch

from tutor.content.model import Tolerance
from tutor.evaluator.observe import PLAIN
from tutor.evaluator.outcome import Difference
from tutor.evaluator.show import grid, show, table, worst
from tutor.evaluator.tensors import checked_shape, elements
from tutor.evaluator.wire import WireError
from tutor.text.messages import say

_TENSOR_FACETS = {
    "requires_grad": "requires_grad",
    "is_leaf": "is_leaf",
    "stride": "stride",
    "contiguous": "contiguous",
    "offset": "offset",
    "grad_fn": "grad_fn",
    "version": "version",
}
_MODULE_FACETS = ("training", "hooks")


class Sides:
    """Expected and observed header with their payloads, and what to compare."""

    def __init__(
        self,
        want: tuple[dict[str, Any], bytes],
        got: tuple[dict[str, Any], bytes],
        facets: frozenset[str],
        tolerance: Tolerance,
        *,
        tell: bool = False,
    ) -> None:
        self.want, self.want_bytes = want
        self.got, self.got_bytes = got
        self.facets = facets
        self.tolerance = tolerance
        self.tell = tell  # whether the elements that differ are written out: a person will look


def nodes(
    sides: Sides, where: str, want: Any, got: Any, *, force_value: bool = False
) -> Iterator[Difference]:
    """Every difference between two nodes, the structural ones first and alone."""
    if type(want) is type(got) and type(want) in PLAIN and want == got:  # long lists are these
        return
    if _type(want) != _type(got):
        yield Difference("type", where, _type(want), _type(got))
        return
    kind = kind_of(want)
    if kind in ("tensor", "array"):
        yield from _tensors(sides, where, want, got, force_value)
    elif kind in ("list", "tuple"):
        yield from _sequences(sides, where, want, got, force_value)
    elif kind == "dict":
        yield from _dicts(sides, where, want, got, force_value)
    elif kind == "module":
        yield from _modules(sides, where, want, got)
    elif ("value" in sides.facets or force_value) and not _plain_equal(want, got, sides.tolerance):
        yield Difference("value", where, show(want), show(got))


def _sequences(
    sides: Sides, where: str, want: Any, got: Any, force_value: bool
) -> Iterator[Difference]:
    a, b = as_list(want.get("v")), as_list(got.get("v"))
    if len(a) != len(b):
        if "value" in sides.facets or force_value:
            detail = say("evaluator.lengths", want=len(a), got=len(b))
            yield Difference("value", where, show(want), show(got), detail)
        return
    kinds = list(map(type, a))
    if set(kinds) <= PLAIN and kinds == list(map(type, b)) and a == b:  # nearly always, at once
        return
    for index, (x, y) in enumerate(zip(a, b, strict=True)):
        yield from nodes(sides, f"{where}[{index}]", x, y, force_value=force_value)


def _dicts(
    sides: Sides, where: str, want: Any, got: Any, force_value: bool
) -> Iterator[Difference]:
    a = {show(k): v for k, v in as_list(want.get("v"))}
    b = {show(pair[0]): pair[1] for pair in as_list(got.get("v")) if isinstance(pair, list)}
    if a.keys() != b.keys():
        yield Difference("value", where, ", ".join(a), ", ".join(b), say("evaluator.keys"))
        return
    for key, value in a.items():
        yield from nodes(sides, f"{where}[{key}]", value, b[key], force_value=force_value)


def _modules(sides: Sides, where: str, want: Any, got: Any) -> Iterator[Difference]:
    if "registered" in sides.facets:
        for part in ("parameters", "buffers"):
            a, b = _named(want.get(part)), _named(got.get(part))
            if a.keys() != b.keys():
                yield Difference("registered", f"{where}: {part}", ", ".join(a), ", ".join(b))
                continue
            for name, node in a.items():
                yield from nodes(sides, f"{where}.{name}", node, b[name])
        # In whatever order: the task would have to ask for one.
        for part in ("modules", "keys"):
            x, y = (sorted(as_list(side.get(part)), key=repr) for side in (want, got))
            if x != y:
                yield Difference("registered", f"{where}: {part}", show(x), show(y))
    for facet in _MODULE_FACETS:
        if facet in sides.facets and want.get(facet) != got.get(facet):
            yield Difference(facet, where, show(want.get(facet)), show(got.get(facet)))


def _tensors(
    sides: Sides, where: str, want: Any, got: Any, force_value: bool
) -> Iterator[Difference]:
    a, b = checked_shape(want), checked_shape(got)
    if a != b:
        yield Difference("shape", where, _shape(a), _shape(b), _axis(a, b))
        return
    if want.get("dtype") != got.get("dtype"):
        yield Difference("dtype", where, str(want.get("dtype")), str(got.get("dtype")))
        return
    if "value" in sides.facets or force_value:
        yield from _elements(sides, where, want, got)
    for facet, key in _TENSOR_FACETS.items():
        if facet in sides.facets and want.get(key) != got.get(key):
            yield Difference(facet, where, show(want.get(key)), show(got.get(key)))


def _elements(sides: Sides, where: str, want: Any, got: Any) -> Iterator[Difference]:
    a, b = elements(want, sides.want_bytes), elements(got, sides.got_bytes)
    if a is None or b is None:
        if (a is None) != (b is None) or want.get("special") != got.get("special"):
            yield Difference(
                "value", where, _shape(checked_shape(want)), say("evaluator.too_large")
            )
        return
    if torch.equal(a, b):  # nearly always, and several times faster; False where there is a NaN
        return
    bad = unequal(a, b, sides.tolerance)
    if not bool(bad.any()):
        return
    if sides.tell:
        yield Difference("value", where, *grid(a, b), _how_much(a, b, bad, sides.tolerance))
    else:
        yield Difference("value", where, "", "")


def unequal(want: torch.Tensor, got: torch.Tensor, tolerance: Tolerance) -> torch.Tensor:
    """Where ``got`` is not ``want`` within ``atol + rtol * |want|``: bool, of their shape."""
    if not (want.is_floating_point() or want.is_complex()):
        return want != got
    wide = torch.complex128 if want.is_complex() else torch.float64
    a, b = want.to(wide), got.to(wide)
    close = (b - a).abs() <= tolerance.atol + tolerance.rtol * a.abs()
    same = close & torch.isfinite(a) | (a == b)
    if tolerance.nan_equal:
        same = same | (torch.isnan(a) & torch.isnan(b))
    return ~same


def _how_much(a: torch.Tensor, b: torch.Tensor, bad: torch.Tensor, tolerance: Tolerance) -> str:
    """How many differ, and the worst of them with their errors against what is allowed."""
    count = say("evaluator.count", bad=int(bad.sum()), all=bad.numel())
    if a.dtype == torch.bool or not a.dim():
        return count if a.dim() else ""
    exact = not (a.is_floating_point() or a.is_complex())
    allowed = a.abs() * (0.0 if exact else tolerance.rtol) + (0.0 if exact else tolerance.atol)
    return f"{count}\n{worst(a, b, bad, allowed)}"


def _axis(want: list[int], got: list[int]) -> str:
    """The two shapes one above the other, the dimensions that are off marked beneath."""
    if len(want) != len(got):
        return say("evaluator.dims", want=len(want), got=len(got))
    labels = [say(f"evaluator.axis.{key}") for key in ("dim", "expected", "got")]
    rows = [[str(n) for n in row] for row in (range(len(want)), want, got)]
    rows.append(["^" if x != y else "" for x, y in zip(want, got, strict=True)])
    return table([[label, *row] for label, row in zip([*labels, ""], rows, strict=True)])


def _plain_equal(want: Any, got: Any, tolerance: Tolerance) -> bool:
    if isinstance(want, float) and isinstance(got, float):
        return abs(got - want) <= tolerance.atol + tolerance.rtol * abs(want)
    if kind_of(want) == "float":
        if want.get("v") == "nan":
            return tolerance.nan_equal and kind_of(got) == "float" and got.get("v") == "nan"
        return bool(want == got)
    if kind_of(want) in ("scalar", "complex") and kind_of(got) == kind_of(want):
        a, b = want.get("v"), got.get("v")
        if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            return all(_plain_equal(x, y, tolerance) for x, y in zip(a, b, strict=True))
        return _plain_equal(a, b, tolerance)
    return bool(type(want) is type(got) and want == got)


# --- reading what may have been forged --------------------------------------------------------


def kind_of(node: Any) -> str:
    """The node's tag; empty for a plain value."""
    return str(node.get("$")) if isinstance(node, dict) else ""


def _type(node: Any) -> str:
    """The type as a learner would name it."""
    if isinstance(node, dict):
        kind = kind_of(node)
        if kind == "tensor":
            return str(node.get("class"))
        if kind in ("object", "module"):
            return str(node.get("class"))
        if kind == "scalar":
            return f"numpy.{node.get('dtype')}"
        return {"array": "numpy.ndarray", "text": "str"}.get(kind, kind)
    return "None" if node is None else type(node).__name__


def mapping(value: Any) -> dict[str, Any]:
    """``value`` if it is a dict: what came over the wire may be anything."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """``value`` if it is a list, likewise."""
    return value if isinstance(value, list) else []


def _named(value: Any) -> dict[str, Any]:
    return {
        str(pair[0]): pair[1]
        for pair in as_list(value)
        if isinstance(pair, list) and len(pair) == 2
    }


def _shape(shape: list[int]) -> str:
    if math.prod(shape) < 0:
        raise WireError("not a shape")
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
