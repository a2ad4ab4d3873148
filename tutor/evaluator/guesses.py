"""Which slips explain what differs, where no misconception does: a question to the learner.

A slip must fit every probe that failed with a difference of that kind. Where several fit, all are
asked; where many fit, none is worth a word.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import torch

from tutor.evaluator.findings import Finding, Look
from tutor.evaluator.inputs import Unpacker
from tutor.evaluator.outcome import Difference
from tutor.evaluator.side import Side
from tutor.evaluator.slips import Slip, same_numbers, slip, value_slips
from tutor.evaluator.slips_of_form import dtype_slips, shape_slips, type_slips
from tutor.evaluator.tensors import elements
from tutor.evaluator.values import as_list, kind_of, mapping
from tutor.text.messages import say

MAX_LOOKS = 4  # at other findings, and at the solution with dimensions exchanged
PATIENCE = 0.25  # seconds for the latter: a solution that trains for a second is looked at once
TOO_MANY = 4
_AT_ONCE = 1_000_000  # elements: beyond that a comparison by sorting is felt
_Tensors = tuple[torch.Tensor, torch.Tensor]


def guess(findings: Sequence[Finding], solution: Side) -> str:
    """The slips that fit the first difference and all others of its kind; empty for none."""
    looks = [f for f in findings if isinstance(f, Look) and f.judged and f.judged.differences]
    if not looks or looks[0] is not findings[0]:
        return ""
    facet = _first(looks[0]).facet
    found = _slips(looks[0], solution)
    for look in looks[1:MAX_LOOKS]:
        if _first(look).facet == facet and len(found) > 1:
            names = {other.name for other in _slips(look, solution)}
            # Where no slip explains both, the guess is about the first alone.
            found = [one for one in found if one.name in names] or found
    return worded(found)


def worded(found: Sequence[Slip]) -> str:
    """Up to three slips as one question."""
    texts = list(dict.fromkeys(say(f"slips.{one.name}", **dict(one.values)) for one in found))
    if not texts or len(texts) >= TOO_MANY:
        return ""
    text = texts[0]
    for other in texts[1:]:
        text = say("slips.or", a=text, b=other)
    return text


def _first(look: Look) -> Difference:
    assert look.judged
    return look.judged.differences[0]


def _slips(look: Look, solution: Side) -> list[Slip]:
    difference = _first(look)
    if difference.facet == "type":
        return type_slips(difference.expected, difference.got)
    if difference.facet == "grad" and difference.got == say("evaluator.no_graph"):
        return [slip("detached")]
    if difference.facet not in ("shape", "dtype", "value", "grad"):
        return []
    pair = _tensors(look, difference)
    if pair is None or max(pair[0].numel(), pair[1].numel()) > _AT_ONCE:
        return []
    want, got = pair
    if difference.facet == "dtype":
        return dtype_slips(want, got)
    inputs = _inputs(look)
    if difference.facet == "shape":
        found = shape_slips(want, got)
    else:
        found = value_slips(want, got, _sizes(inputs), _named_tensors(inputs))
    sure = {one.name for one in found} & {"transposed", "keepdim", "squeeze", "untouched", "nan"}
    if difference.facet == "grad" or sure:
        return found
    return [*found, *_wrong_dim(look, difference, solution, want, got)]


# --- the numbers that differ ------------------------------------------------------------------


def _tensors(look: Look, difference: Difference) -> _Tensors | None:
    """Expected and observed elements at the difference; a list of numbers as one tensor."""
    assert look.judged
    want, got = look.judged.want, look.got
    for where, a, b in _nodes(look):
        if where == difference.where or (difference.where.startswith(where) and _numbers(a)):
            x, y = _as_tensor(a, want.payload), _as_tensor(b, got.payload)
            if x is not None and y is not None:
                return x, y
    return None


def _nodes(look: Look) -> Iterator[tuple[str, Any, Any]]:
    """Every observed node and its expected partner, under the names that differences use."""
    assert look.judged
    want, got = look.judged.want.header, look.got.header
    found = mapping(got.get("seen"))
    for name, node in mapping(want.get("seen")).items():
        yield from _under(str(name), node, found.get(name))
    grads = mapping(got.get("grads"))
    for name, leaves in mapping(want.get("grads")).items():
        for leaf, node in mapping(leaves).items():
            where = say("evaluator.gradient_of", out=name, leaf=leaf)
            yield where, node, mapping(grads.get(name)).get(leaf)


def _under(name: str, a: Any, b: Any) -> Iterator[tuple[str, Any, Any]]:
    yield name, a, b
    if kind_of(a) in ("list", "tuple") and kind_of(b) == kind_of(a):
        for index, (x, y) in enumerate(zip(as_list(a.get("v")), as_list(b.get("v")), strict=False)):
            yield from _under(f"{name}[{index}]", x, y)


def _numbers(node: Any) -> bool:
    if kind_of(node) in ("list", "tuple"):
        items = as_list(node.get("v"))
        return bool(items) and all(_is_number(item) for item in items)
    return False


def _is_number(node: Any) -> bool:
    return type(node) is float or (type(node) is int and abs(node) < 2**53)


def _as_tensor(node: Any, payload: bytes) -> torch.Tensor | None:
    if kind_of(node) in ("tensor", "array"):
        return elements(node, payload)
    plain = node["v"] if _numbers(node) else node
    if not _numbers(node) and not _is_number(node):
        return None
    made = torch.tensor(plain)
    # Most come from float32 and carry its rounding; whole numbers are exact.
    return made if made.is_floating_point() else made.double()


# --- what was put in --------------------------------------------------------------------------


def _inputs(look: Look) -> dict[str, Any]:
    return mapping(Unpacker(look.payload).unpack(look.request["inputs"]))


def _named_tensors(inputs: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    return {k: v.detach() for k, v in inputs.items() if isinstance(v, torch.Tensor)}


def _sizes(inputs: Mapping[str, Any]) -> set[int]:
    """Numbers that a mean over an input may have divided by."""
    sizes: set[int] = set()
    for value in inputs.values():
        if isinstance(value, torch.Tensor):
            sizes |= {*value.shape, value.numel()}
        elif isinstance(value, (list, tuple)):
            sizes.add(len(value))
        elif type(value) is int:
            sizes.add(value)
    return {n for n in sizes if n > 1}


def _wrong_dim(
    look: Look, difference: Difference, solution: Side, want: torch.Tensor, got: torch.Tensor
) -> list[Slip]:
    """What the solution itself gives when two dimensions of an input are exchanged."""
    if difference.where not in _seen(look.got.header):
        return []
    tries = [
        (name, i, j)
        for name, node in _entries(look).items()
        if kind_of(node) == "tensor"
        for i, j in combinations(range(min(len(node["size"]), 4)), 2)
    ]
    until = time.monotonic() + PATIENCE
    for name, i, j in tries[:MAX_LOOKS]:
        if time.monotonic() > until:
            break
        seen = solution.look(_exchanged(look, name, i, j), look.payload)
        node = mapping(_seen(seen.header).get(difference.where))
        made = elements(node, seen.payload) if kind_of(node) == "tensor" else None
        if made is None or same_numbers(made, want):
            continue
        forms = [made, made.transpose(i, j)] if made.dim() > max(i, j) else [made]
        if any(same_numbers(form, got) for form in forms):
            return [slip("wrong_dim", input=name, i=i, j=j)]
    return []


def _seen(header: Mapping[str, Any]) -> dict[str, Any]:
    return mapping(header.get("seen"))


def _entries(look: Look) -> dict[str, Any]:
    return dict(look.request["inputs"]["v"])


def _exchanged(look: Look, name: str, i: int, j: int) -> dict[str, Any]:
    """The same request with two dimensions of one input exchanged: sizes and strides."""
    node = dict(_entries(look)[name])
    for key in ("size", "stride"):
        order = list(node[key])
        order[i], order[j] = order[j], order[i]
        node[key] = order
    pairs = [[k, node if k == name else v] for k, v in look.request["inputs"]["v"]]
    return {**look.request, "inputs": {"$": "dict", "v": pairs}}
