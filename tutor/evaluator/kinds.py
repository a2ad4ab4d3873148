"""Kinds of input that break a function written for the usual one; one word each for authors.

In a probe's ``inputs`` each is a function of a tensor, or of sizes: ``negative(torch.randn(4))``,
``noncontiguous(3, 2)``. As ``kinds: [empty, negative]`` on a probe they are looked at one by one,
beside the usual draws: there they change the floating inputs; ``empty`` and ``size1``, which cut
the first dimension, cut it of every tensor that is as long as the first floating one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

# What makes a tensor x into one of the kind; written so that a learner can read and run it.
MADE_BY: dict[str, str] = {
    # Transposed in memory, every other cell, from the second on.
    "noncontiguous": "torch.stack([{x}] * 2).transpose(0, -1).contiguous().transpose(0, -1)[1]",
    "empty": "{x}[:0]",
    "size1": "{x}[:1]",
    "large": "{x} * (1e4 / {x}.abs().max())",
    "negative": "-{x}.abs() - 0.1",
    "float64": "{x}.double()",
    "requires_grad": "{x}.detach().requires_grad_()",
}
_CUTTING = ("empty", "size1")


def one(kind: str, *given: Any) -> torch.Tensor:
    """A tensor of that kind from a tensor, or from sizes (then normal draws)."""
    if isinstance(given[0], torch.Tensor):
        return _made(kind, given[0])
    sizes = given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given
    return (
        torch.empty(*sizes) if kind == "empty" and 0 in sizes else _made(kind, torch.randn(*sizes))
    )


def _made(kind: str, x: torch.Tensor) -> torch.Tensor:
    made: torch.Tensor = eval(MADE_BY[kind].format(x="x"), {"torch": torch, "x": x.detach()})
    if isinstance(x, torch.nn.Parameter):
        return torch.nn.Parameter(made.detach(), requires_grad=x.requires_grad)
    return made.requires_grad_() if x.requires_grad else made


def affected(kind: str, inputs: Mapping[str, Any]) -> list[str]:
    """Names of the inputs that a kind changes. Raises ValueError where it fits none."""
    tensors = {name: x for name, x in inputs.items() if isinstance(x, torch.Tensor)}
    floating = [name for name, x in tensors.items() if x.is_floating_point()]
    if not floating:
        raise ValueError(f"the kind {kind!r} is for floating tensors, and no input is one")
    if kind not in _CUTTING:
        return floating
    if not tensors[floating[0]].dim():
        raise ValueError(f"the kind {kind!r} cuts the first dimension, and {floating[0]} has none")
    length = len(tensors[floating[0]])
    return [name for name, x in tensors.items() if x.dim() and len(x) == length]


def of_kind(kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs with those that the kind is about changed to it."""
    changed = {name: _made(kind, inputs[name]) for name in affected(kind, inputs)}
    return inputs | changed


def _word(kind: str) -> Any:
    return lambda *given: one(kind, *given)


NAMES: dict[str, Any] = {kind: _word(kind) for kind in MADE_BY}
