"""Inputs of one look at a probe: drawn by the judge from a seed, packed to be sent."""

from __future__ import annotations

import random
from functools import cache
from types import CodeType
from typing import Any, NamedTuple

from tutor.content.model import Exercise, Fix, Probe
from tutor.evaluator import rules
from tutor.evaluator.faults import Trail, ours
from tutor.evaluator.inputs import Packer
from tutor.evaluator.kinds import of_kind
from tutor.evaluator.side import drawing_names


class Draw(NamedTuple):
    """Inputs of one look. ``inputs`` says what ``payload`` holds."""

    seed: int
    inputs: Any
    payload: bytes
    kind: str = ""  # of the inputs, where the probe looks at several


def draw(
    item: Exercise | Fix, seed: int, probe: Probe, turn: int, sizes: dict[str, int] | None = None
) -> Draw:
    """The inputs of look number ``turn`` at ``probe``; ``seed`` is the submission's.

    ``sizes`` replaces the usual ones, where operations must not grow. Raises ContentFault.
    """
    own_seed = random.Random(f"{seed}/{probe.name}/{turn}").getrandbits(48)
    names = drawing_names(own_seed) | (sizes or rules.first_sizes(item))
    if probe.draw:
        file = f"<draw of {probe.name}>"
        with ours(probe.name, trail(item, probe, "draw"), file, "draw: "):
            exec(_code(probe.draw, file, "exec"), names)
    values: dict[str, Any] = {}
    for name, expression in probe.inputs.items():
        with ours(probe.name, trail(item, probe, "inputs", name), "<inputs>", "inputs: "):
            values[name] = names[name] = eval(_code(expression, "<inputs>", "eval"), names)
    number = turn - probe.times
    kind = probe.kinds[number] if number >= 0 else ""
    if kind:
        with ours(probe.name, trail(item, probe, "kinds", number), "<kinds>", "kinds: "):
            values = of_kind(kind, values)
    packer, nodes = Packer(), []
    for name, value in values.items():
        with ours(probe.name, trail(item, probe, "inputs", name), "<inputs>", "inputs: "):
            nodes.append([name, packer.pack(value)])
    return Draw(own_seed, {"$": "dict", "v": nodes}, b"".join(packer.buffers), kind)


def trail(item: Exercise | Fix, probe: Probe, *field: str | int) -> Trail:
    """Where a field of ``probe`` stands in the exercise's file."""
    return ("probes", item.probes.index(probe), *field)


@cache
def _code(text: str, name: str, mode: str) -> CodeType:
    return compile(text.strip(), name, mode)
