"""A failing look as code that a learner can copy and run: it makes the same inputs again."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from itertools import combinations
from typing import Any

from tutor.evaluator.findings import Look
from tutor.evaluator.inputs import Unpacker
from tutor.evaluator.kinds import MADE_BY, affected
from tutor.evaluator.literal import TooLong, literal
from tutor.evaluator.observe import is_tensor

_TOO_LONG = ("raised", "message_of", "ops", "printed", "warned", "backward_passes", "from_backward")
# What a scene may use and a learner does not have.
_HELPERS = {
    "observe": "observe = lambda **seen: print(seen)",
    "shares_storage": "shares_storage = lambda a, b: "
    "a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()",
    **{kind: f"{kind} = lambda x: {made.format(x='x')}" for kind, made in MADE_BY.items()},
    "generator": "generator = lambda: torch.Generator().manual_seed(random.getrandbits(48))",
    **{name: f"from tutor.evaluator.helpers import {name}" for name in _TOO_LONG},
}
_MODULES = {
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
    "np": "import numpy as np",
    "math": "import math",
    "random": "import random",
    "copy": "import copy",
    "sys": "import sys",
    "warnings": "import warnings",
}


def copyable(look: Look, sizes: Mapping[str, int] | None = None) -> str:
    """Imports, assignments that make the inputs again, then the call or the scene.

    Small inputs are written out; where one is too large for that, all are drawn as they were.
    """
    call, run = look.probe.call, look.probe.run
    asked = f"print({call.strip()})" if call else (run or "").strip()
    body = [*_inputs(look, sizes or {}), *_seeded(look), asked]
    named = _names_in("\n".join(body))
    body = [line for name, line in _HELPERS.items() if name in named] + body
    text = "\n".join(body)
    imports = [line for name, line in _MODULES.items() if _uses(text, name)]
    return "\n".join([*imports, text])


def _names_in(code: str) -> set[str]:
    """Names that ``code`` reads without having set them: 'float64' in quotes is none."""
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)]
    given = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    return {node.id for node in nodes} - given


def _uses(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){name}\b(?!\s*=)", text) is not None


def _inputs(look: Look, sizes: Mapping[str, int]) -> list[str]:
    values = Unpacker(look.payload).unpack(look.request["inputs"])
    try:
        if _sharing(values):
            raise TooLong
        return [f"{name} = {literal(values[name])}" for name in look.probe.inputs]
    except TooLong:
        return _drawn(look, sizes)


def _sharing(values: Mapping[str, Any]) -> bool:
    """True when two inputs stand on one storage: written out, they would not."""
    places = [v.untyped_storage().data_ptr() for v in values.values() if is_tensor(v) and v.numel()]
    return any(a == b for a, b in combinations(places, 2))


def _drawn(look: Look, sizes: Mapping[str, int]) -> list[str]:
    seed = look.request["seed"]
    lines = [f"torch.manual_seed({seed})"]
    text = "\n".join([look.probe.draw, *look.probe.inputs.values()])
    if _uses(text, "random") or _uses(text, "generator"):
        lines.append(f"random.seed({seed})")
    if _uses(text, "np"):
        lines.append(f"np.random.seed({seed % 2**32})")
    lines += [f"{name} = {size}" for name, size in sizes.items() if _uses(text, name)]
    lines += [look.probe.draw.strip()] if look.probe.draw.strip() else []
    lines += [f"{name} = {made.strip()}" for name, made in look.probe.inputs.items()]
    if look.kind:
        changed = affected(look.kind, Unpacker(look.payload).unpack(look.request["inputs"]))
        lines += [f"{name} = {MADE_BY[look.kind].format(x=name)}" for name in changed]
    return lines


def _seeded(look: Look) -> list[str]:
    """The global generator as it was, where the code draws from it."""
    drew = "generator" in (look.got.header.get("state") or ())
    return [f"torch.manual_seed({look.request['seed']})"] if drew else []
