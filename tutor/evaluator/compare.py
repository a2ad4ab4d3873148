"""Two observations -> the differences between them, the most telling first. Pure.

Order: type, shape, dtype, value; then gradients, inputs, memory and the other facets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.evaluator.outcome import Difference
from tutor.evaluator.printed import same_printed
from tutor.evaluator.show import show
from tutor.evaluator.tensors import elements
from tutor.evaluator.values import Sides, as_list, kind_of, mapping, nodes
from tutor.text.messages import say

# A solution in another idiom may take twice the room of one step; what breaks a task takes n times.
PEAK_SLACK = 2
_LEFT = ("requires_grad", "grad", "hooks", "written", "reseeded")
_MADE = ("training", "hooks", "requires_grad", "grad", "values")
_GLOBAL = (
    "generator", "seed", "default_dtype", "grad_mode", "anomaly", "deterministic", "autocast",
    "global_hooks", "python_random", "numpy_random",
)  # fmt: skip


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
    yield from _arguments(sides)
    yield from _relations(sides)
    if "stdout" in sides.facets:
        texts = str(want.get("stdout") or ""), str(got.get("stdout") or "")
        if not same_printed(*texts, sides.tolerance):
            yield Difference("stdout", "", *texts)
    yield from _state(sides)
    if "ops" in sides.facets and want.get("ops") != got.get("ops"):
        yield Difference("ops", "", ", ".join(as_list(want.get("ops"))), show(got.get("ops")))
    if "peak" in sides.facets:
        allowed, found = PEAK_SLACK * int(want.get("peak") or 0), got.get("peak")
        if type(found) is not int or found > allowed:
            yield Difference("peak", "", say("evaluator.at_most", n=allowed), str(found))


def _arguments(sides: Sides) -> Iterator[Difference]:
    """What the call leaves behind on its inputs."""
    want, got = sides.want, sides.got
    told = set()
    for name, node in mapping(want.get("inputs")).items():
        if "inputs" in sides.facets:
            found = mapping(got.get("inputs")).get(name)
            first = next(nodes(sides, name, node, found, force_value=True), None)
            if first:
                told.add(name)
                yield Difference("inputs", name, first.expected, first.got, first.detail)
    allowed, left = _pairs(want.get("arguments")), _pairs(got.get("arguments"))
    for kind, name in sorted(left - allowed):
        facet = "generator" if kind == "reseeded" else "untouched"
        if facet in sides.facets and kind in _LEFT and name.partition("[")[0] not in told:
            unchanged = say("evaluator.unchanged")
            yield Difference(facet, name, unchanged, say(f"evaluator.left.{kind}"))
    for kind, name in sorted(allowed - left):
        if kind == "drawn" and "generator" in sides.facets:
            yield Difference(
                "generator", name, say("evaluator.left.drawn"), say("evaluator.left.undrawn")
            )
    if "draws" in sides.facets and want.get("draws") != got.get("draws"):
        for name, state in mapping(want.get("draws")).items():
            if mapping(got.get("draws")).get(name) != state:
                yield Difference("draws", name, "", "")


def _state(sides: Sides) -> Iterator[Difference]:
    """What the call leaves changed around it."""
    if "state" not in sides.facets:
        return
    allowed = as_list(sides.want.get("state"))
    more = [each for each in map(str, as_list(sides.got.get("state"))) if each not in allowed]
    # Where the solution trains a module, gradients stay behind or not, as it happens.
    trained = {each.partition(":")[2] for each in map(str, allowed) if each.startswith("values:")}
    more = [m for m in more if not (m.startswith("grad:") and m.partition(":")[2] in trained)]
    if "seed" in more:  # a new seed changes the generator too: said once
        more = [each for each in more if each != "generator"]
    if more:
        words = ", ".join(dict.fromkeys(map(_state_word, more)))
        yield Difference("state", "", say("evaluator.unchanged"), words)


def _state_word(found: str) -> str:
    kind, _, name = found.partition(":")
    known = _MADE if name else _GLOBAL
    return say(f"evaluator.state.{kind}", name=name) if kind in known else found[:60]


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
