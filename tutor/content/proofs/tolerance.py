"""Proof 4: what a probe allows lies between rounding and the nearest wrong answer.

Ten times away from both: a right answer computed in another order is never refused, and a wrong
one never slips through because it is close.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from tutor.content.model import Exercise
from tutor.content.proofs.bench import INTERNAL, Bench, told
from tutor.text.messages import say

_SEED = 4
APART = 10.0


async def prove_tolerance(bench: Bench, item: Exercise, ended: Collection[str]) -> None:
    """``ended``: wrong codes that end by themselves; others are refused for not doing so."""
    mistakes = [n for n, one in enumerate(item.misconceptions) if one.code in ended]
    slips = [n for n, one in enumerate(item.wrong) if one.code in ended]
    measured = msgspec.structs.replace(
        item,
        misconceptions=tuple(item.misconceptions[n] for n in mistakes),
        wrong=tuple(item.wrong[n] for n in slips),
    )
    margins, verdict = await bench.margins(measured, _SEED)
    if margins is None:
        if verdict.outcome != INTERNAL:
            bench.find("tolerance", item.id, (), say("validate.unmeasured", told=told(verdict)))
        return
    names = [probe.name for probe in item.probes]
    for name, error in margins.errors.items():
        if error * APART >= 1:
            message = say("validate.rounding", share=f"{error:.2g}", apart=f"{APART:g}")
            bench.find("tolerance", item.id, ("probes", names.index(name)), message)
    places = {"misconceptions": mistakes, "wrong": slips}
    for near in margins.nearest:
        # Up to 1 it is refused by something else than a value, or proof 2 has told of it.
        if 1 < near.distance < APART:
            where = (near.kind, places[near.kind][near.number])
            message = say("validate.near", distance=f"{near.distance:.2g}", apart=f"{APART:g}")
            bench.find("tolerance", item.id, where, message)
