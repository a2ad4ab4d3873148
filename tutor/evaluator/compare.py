"""Two observations -> the differences between them, the most telling first. Pure.

Order: type, shape, dtype, value; then gradients, inputs, memory and the other facets. The allowed
error scales with the expected side only, so that a huge wrong answer cannot allow itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch

from tutor.content.model import Tolerance
from tutor.evaluator.outcome import Difference
from tutor.evaluator.show import grid, show
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
    ) -> None:
        self.want, self.want_bytes = want
        self.got, self.got_bytes = got
        self.facets = facets
        self.tolerance = tolerance


def differences(sides: Sides) -> Iterator[Difference]:
    """Every difference, most telling first; none means equal in all facets asked for."""
    want, got = sides.want, sides.got
    seen_want, seen_got = _mapping(want.get("seen")), _mapping(got.get("seen"))
    for name in seen_want:
        if name not in seen_got:
            yield Difference("type", name, show(seen_want[name]), say("evaluator.nothing"))
            continue
        yield from _nodes(sides, name, seen_want[name], seen_got[name])
    if "grad" in sides.facets:
        yield from _grads(sides)
    for name, node in _mapping(want.get("inputs")).items():
        if "inputs" in sides.facets:
            found = _mapping(got.get("inputs")).get(name)
            if next(_nodes(sides, name, node, found, force_value=True), None):
                yield Difference("inputs", name, show(node), show(found))
    yield from _relations(sides)
    if "stdout" in sides.facets and _lines(want.get("stdout")) != _lines(got.get("stdout")):
        yield Difference("stdout", "", str(want.get("stdout")), str(got.get("stdout")))
    if "state" in sides.facets:
        more = [s for s in _list(got.get("state")) if s not in _list(want.get("state"))]
        if more:
            yield Difference("state", "", say("evaluator.unchanged"), ", ".join(map(str, more)))
    if "ops" in sides.facets and want.get("ops") != got.get("ops"):
        yield Difference("ops", "", ", ".join(_list(want.get("ops"))), show(got.get("ops")))


def _relations(sides: Sides) -> Iterator[Difference]:
    for facet in ("storage", "identity"):
        if facet not in sides.facets:
            continue
        want, got = _pairs(sides.want.get(facet)), _pairs(sides.got.get(facet))
        for pair in sorted(want ^ got):
            words = [
                say(f"evaluator.{facet}.{'yes' if pair in side else 'no'}") for side in (want, got)
            ]
            yield Difference(facet, say("evaluator.and", a=pair[0], b=pair[1]), *words)


def _grads(sides: Sides) -> Iterator[Difference]:
    want, got = _mapping(sides.want.get("grads")), _mapping(sides.got.get("grads"))
    for name, grads in want.items():
        found = got.get(name)
        if grads is None:
            if found is not None:
                yield Difference("grad", name, say("evaluator.no_graph"), say("evaluator.graph"))
            continue
        if found is None:
            yield Difference("grad", name, say("evaluator.graph"), say("evaluator.no_graph"))
            continue
        for leaf, node in grads.items():
            where = say("evaluator.gradient_of", out=name, leaf=leaf)
            other = _mapping(found).get(leaf)
            # A gradient that is all zero and one that is not there mean the same derivative.
            if (node is None or other is None) and _zero(sides, node) and _zero_got(sides, other):
                continue
            for difference in _nodes(sides, where, node, other, force_value=True):
                yield Difference(
                    "grad", where, difference.expected, difference.got, difference.detail
                )
                break


def _zero(sides: Sides, node: Any) -> bool:
    return node is None or _all_zero(node, sides.want_bytes)


def _zero_got(sides: Sides, node: Any) -> bool:
    return node is None or _all_zero(node, sides.got_bytes)


def _all_zero(node: Any, payload: bytes) -> bool:
    value = elements(node, payload) if _kind(node) == "tensor" else None
    return value is not None and not bool(value.any())


# --- one value against another ----------------------------------------------------------------


def _nodes(
    sides: Sides, where: str, want: Any, got: Any, *, force_value: bool = False
) -> Iterator[Difference]:
    if _type(want) != _type(got):
        yield Difference("type", where, _type(want), _type(got))
        return
    kind = _kind(want)
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
    a, b = _list(want.get("v")), _list(got.get("v"))
    if len(a) != len(b):
        if "value" in sides.facets or force_value:
            detail = say("evaluator.lengths", want=len(a), got=len(b))
            yield Difference("value", where, show(want), show(got), detail)
        return
    for index, (x, y) in enumerate(zip(a, b, strict=True)):
        yield from _nodes(sides, f"{where}[{index}]", x, y, force_value=force_value)


def _dicts(
    sides: Sides, where: str, want: Any, got: Any, force_value: bool
) -> Iterator[Difference]:
    a = {show(k): v for k, v in _list(want.get("v"))}
    b = {show(pair[0]): pair[1] for pair in _list(got.get("v")) if isinstance(pair, list)}
    if a.keys() != b.keys():
        yield Difference("value", where, ", ".join(a), ", ".join(b), say("evaluator.keys"))
        return
    for key, value in a.items():
        yield from _nodes(sides, f"{where}[{key}]", value, b[key], force_value=force_value)


def _modules(sides: Sides, where: str, want: Any, got: Any) -> Iterator[Difference]:
    if "registered" in sides.facets:
        for part in ("parameters", "buffers"):
            a, b = _named(want.get(part)), _named(got.get(part))
            if a.keys() != b.keys():
                yield Difference("registered", f"{where}: {part}", ", ".join(a), ", ".join(b))
                continue
            for name, node in a.items():
                yield from _nodes(sides, f"{where}.{name}", node, b[name])
        for part in ("modules", "keys"):
            if want.get(part) != got.get(part):
                yield Difference(
                    "registered", f"{where}: {part}", show(want[part]), show(got.get(part))
                )
    for facet in _MODULE_FACETS:
        if facet in sides.facets and want.get(facet) != got.get(facet):
            yield Difference(facet, where, show(want.get(facet)), show(got.get(facet)))


def _tensors(
    sides: Sides, where: str, want: Any, got: Any, force_value: bool
) -> Iterator[Difference]:
    a, b = checked_shape(want), checked_shape(got)
    if a != b:
        yield Difference("shape", where, _shape(a), _shape(b), *_axis(a, b))
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
    bad = unequal(a, b, sides.tolerance)
    if not bool(bad.any()):
        return
    yield Difference("value", where, *grid(a, b, bad), _how_much(a, b, bad, sides.tolerance))


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
    count = say("evaluator.count", bad=int(bad.sum()), all=bad.numel())
    if not a.is_floating_point() or bad.numel() == 0:
        return count
    error = (b.double() - a.double()).abs()
    error = torch.where(torch.isfinite(error) & bad, error, torch.zeros_like(error))
    worst = int(error.argmax())
    if float(error.flatten()[worst]) == 0.0:
        return count
    allowed = tolerance.atol + tolerance.rtol * abs(float(a.double().flatten()[worst]))
    return (
        count
        + " "
        + say(
            "evaluator.largest_error",
            error=f"{float(error.flatten()[worst]):.3g}",
            allowed=f"{allowed:.1g}",
        )
    )


def _axis(want: list[int], got: list[int]) -> tuple[str, str]:
    """A word on which axis is off, and a guess worded as a question."""
    guess = ""
    if sorted(want) == sorted(got) and len(want) > 1:
        guess = say("evaluator.guess.transposed")
    elif [n for n in want if n != 1] == [n for n in got if n != 1]:
        guess = say(
            "evaluator.guess.keepdim" if len(got) < len(want) else "evaluator.guess.squeeze"
        )
    if len(want) != len(got):
        return say("evaluator.dims", want=len(want), got=len(got)), guess
    off = [i for i, (x, y) in enumerate(zip(want, got, strict=True)) if x != y]
    return say("evaluator.axes", axes=", ".join(map(str, off))), guess


def _plain_equal(want: Any, got: Any, tolerance: Tolerance) -> bool:
    if isinstance(want, float) and isinstance(got, float):
        return abs(got - want) <= tolerance.atol + tolerance.rtol * abs(want)
    if _kind(want) == "float":
        if want.get("v") == "nan":
            return tolerance.nan_equal and _kind(got) == "float" and got.get("v") == "nan"
        return bool(want == got)
    if _kind(want) in ("scalar", "complex") and _kind(got) == _kind(want):
        a, b = want.get("v"), got.get("v")
        if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            return all(_plain_equal(x, y, tolerance) for x, y in zip(a, b, strict=True))
        return _plain_equal(a, b, tolerance)
    return bool(type(want) is type(got) and want == got)


# --- reading what may have been forged --------------------------------------------------------


def _kind(node: Any) -> str:
    return str(node.get("$")) if isinstance(node, dict) else ""


def _type(node: Any) -> str:
    """The type as a learner would name it."""
    if isinstance(node, dict):
        kind = _kind(node)
        if kind == "tensor":
            return str(node.get("class"))
        if kind in ("object", "module"):
            return str(node.get("class"))
        if kind == "scalar":
            return f"numpy.{node.get('dtype')}"
        return {"array": "numpy.ndarray", "text": "str"}.get(kind, kind)
    return "None" if node is None else type(node).__name__


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _named(value: Any) -> dict[str, Any]:
    return {
        str(pair[0]): pair[1] for pair in _list(value) if isinstance(pair, list) and len(pair) == 2
    }


def _pairs(value: Any) -> set[tuple[str, str]]:
    return {
        (str(pair[0]), str(pair[1]))
        for pair in _list(value)
        if isinstance(pair, list) and len(pair) == 2
    }


def _lines(value: Any) -> list[str]:
    return [line.rstrip() for line in str(value or "").strip().splitlines()]


def _shape(shape: list[int]) -> str:
    if math.prod(shape) < 0:
        raise WireError("not a shape")
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
