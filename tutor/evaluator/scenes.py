"""A failing look as code that a learner can copy and run."""

from __future__ import annotations

from typing import Any

from tutor.evaluator.findings import Look
from tutor.evaluator.inputs import Unpacker

SMALL = 24


def copyable(look: Look) -> str:
    """Assignments that rebuild the inputs, then the call or the scene."""
    values = Unpacker(look.payload).unpack(look.request["inputs"])
    lines = [
        f"{name} = {_as_code(expression, values.get(name))}"
        for name, expression in look.probe.inputs.items()
    ]
    return "\n".join([*lines, (look.probe.call or look.probe.run or "").strip()])


def _as_code(expression: str, value: Any) -> str:
    """The author's expression where it is the same each time, else the value drawn, if short."""
    import torch

    if isinstance(value, (int, float, str, bool, list, tuple)) and len(repr(value)) <= 120:
        return repr(tuple(value)) if isinstance(value, tuple) else repr(value)
    drawn = any(word in expression for word in ("rand", "normal", "uniform", "sample", "choice"))
    plain = isinstance(value, torch.Tensor) and value.is_contiguous() and value.numel() <= SMALL
    if not drawn or not plain:
        return expression
    grad = ", requires_grad=True" if value.requires_grad else ""
    return f"torch.tensor({value.detach().tolist()}, dtype={value.dtype}{grad})"
