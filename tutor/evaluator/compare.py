"""Two observations -> the differences between them, the most telling first. Pure.

Order: type, shape, dtype, value; then gradients, inputs, memory and the other facets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.evaluator.outcome import Difference
from tutor.evaluator.show import show
from tutor.evaluator.tensors import elements
from tutor.evaluator.values import Sides, as_list, kind_of, mapping, nodes
from tutor.text.messages import say


def differences(sides: Sides) -> Iterator[Difference]:
    """Every difference, most telling first; none means equal in all facets asked for."""
    want, got = sides.want, sides.got
    seen_want, seen_got = mapping(want.get("seen")), mapping(got.get("seen"))
    for name in seen_want:
        if name not in seen_got:
            yield Difference("type", name, show(seen_want[name]), say("evaluator.nothing"))
            continue
        yield from nodes(sides, name, seen_want[name], seen_got[name])
    if "grad" in sides.facets:
        yield from _grads(sides)
    for name, node in mapping(want.get("inputs")).items():
        if "inputs" in sides.facets:
            found = mapping(got.get("inputs")).get(name)
            if next(nodes(sides, name, node, found, force_value=True), None):
                yield Difference("inputs", name, show(node), show(found))
    yield from _relations(sides)
    if "stdout" in sides.facets and _lines(want.get("stdout")) != _lines(got.get("stdout")):
        yield Difference("stdout", "", str(want.get("stdout")), str(got.get("stdout")))
    if "state" in sides.facets:
        more = [s for s in as_list(got.get("state")) if s not in as_list(want.get("state"))]
        if more:
            yield Difference("state", "", say("evaluator.unchanged"), ", ".join(map(str, more)))
    if "ops" in sides.facets and want.get("ops") != got.get("ops"):
        yield Difference("ops", "", ", ".join(as_list(want.get("ops"))), show(got.get("ops")))


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
    want, got = mapping(sides.want.get("grads")), mapping(sides.got.get("grads"))
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
            other = mapping(found).get(leaf)
            # A gradient that is all zero and one that is not there mean the same derivative.
            if (node is None or other is None) and _zero(sides, node) and _zero_got(sides, other):
                continue
            for difference in nodes(sides, where, node, other, force_value=True):
                yield Difference(
                    "grad", where, difference.expected, difference.got, difference.detail
                )
                break


def _zero(sides: Sides, node: Any) -> bool:
    return node is None or _all_zero(node, sides.want_bytes)


def _zero_got(sides: Sides, node: Any) -> bool:
    return node is None or _all_zero(node, sides.got_bytes)


def _all_zero(node: Any, payload: bytes) -> bool:
    value = elements(node, payload) if kind_of(node) == "tensor" else None
    return value is not None and not bool(value.any())


def _pairs(value: Any) -> set[tuple[str, str]]:
    return {
        (str(pair[0]), str(pair[1]))
        for pair in as_list(value)
        if isinstance(pair, list) and len(pair) == 2
    }


def _lines(value: Any) -> list[str]:
    return [line.rstrip() for line in str(value or "").strip().splitlines()]
