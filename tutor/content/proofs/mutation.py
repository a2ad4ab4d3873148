"""Proof 3: slips in the first solution are refused, and every probe and rule refuses something.

A mutant that lives is either a gap in the probes or no slip at all. Nothing can decide that but the
author, who lists the second kind under ``equivalent`` with a reason; such a claim must hold under
every seed. Of all others nine in ten must be refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from tutor.content.model import Exercise
from tutor.content.phrases import nearest
from tutor.content.proofs.bench import INTERNAL, Bench, bare
from tutor.content.proofs.mutants import Mutant, mutants
from tutor.content.proofs.refusals import refusers, refusing
from tutor.text.messages import say

LEAST = 0.9
# A mutant may loop for ever; a refusal by time-out costs this long at most, unless the solution
# itself needs a fair part of it.
_SECONDS = 2.0
_SEED = 4


async def prove_mutants(bench: Bench, item: Exercise, refused_already: frozenset[str]) -> None:
    """Try the mutants; ``refused_already`` are probes and rules known to refuse something."""
    made: Sequence[Mutant] = mutants(item.solutions[0], key=item.id)
    claims = {claim.edit: number for number, claim in enumerate(item.equivalent)}
    if set(claims) - {one.edit for one in made}:
        made = _with_claimed(item, made, claims)
    _stale(bench, item, made, claims)
    hurried = _hurried(bench, item)
    tally = bench.tally(item)
    refused = set(refused_already)
    others = [one for one in made if one.edit not in claims]
    for alive, names in await asyncio.gather(*(_try(bench, hurried, one) for one in others)):
        tally.mutants += 1
        tally.killed += alive is None
        refused |= names
        if alive:
            tally.survivors.append(alive.edit)
    claimed = [one for one in made if one.edit in claims]
    await asyncio.gather(*(_claim(bench, item, one, claims[one.edit]) for one in claimed))
    tally.equivalent = len(claimed)
    if tally.killed < LEAST * tally.mutants:
        shown = "".join(f"\n    {edit}" for edit in tally.survivors)
        message = say(
            "validate.mutation", killed=tally.killed, mutants=tally.mutants, survivors=shown
        )
        bench.find("mutation", item.id, ("solutions", 0), message)
    _decoration(bench, item, refused)


async def _try(bench: Bench, item: Exercise, mutant: Mutant) -> tuple[Mutant | None, set[str]]:
    """The mutant if it lives, and what refused it if not."""
    verdict = await bench.check(item, mutant.code, _SEED, about=("solutions", 0))
    if verdict.outcome == INTERNAL:
        return None, set()
    return (mutant, set()) if verdict.passed else (None, refusing(verdict))


async def _claim(bench: Bench, item: Exercise, mutant: Mutant, number: int) -> None:
    for seed in bench.seeds:
        verdict = await bench.check(
            item, mutant.code, seed, about=("equivalent", number), patient=True
        )
        if not verdict.passed and verdict.outcome != INTERNAL:
            by = ", ".join(sorted(refusing(verdict)))
            message = say("validate.not_equivalent", by=by or verdict.outcome)
            bench.find("equivalent", item.id, ("equivalent", number), message)
            return


def _with_claimed(item: Exercise, made: Sequence[Mutant], claims: dict[str, int]) -> list[Mutant]:
    """The chosen mutants, and those the author speaks of that the choice left out."""
    everything = mutants(item.solutions[0], key=item.id, most=10_000)
    chosen = {one.edit for one in made}
    return [*made] + [one for one in everything if one.edit in claims and one.edit not in chosen]


def _stale(bench: Bench, item: Exercise, made: Sequence[Mutant], claims: dict[str, int]) -> None:
    known = {one.edit for one in made}
    for edit, number in claims.items():
        if edit not in known:
            message = say("validate.no_such_edit", near=nearest(edit, known))
            bench.find("equivalent", item.id, ("equivalent", number, "edit"), message)


def _hurried(bench: Bench, item: Exercise) -> Exercise:
    usual = max(bench.tally(item).ms, default=0) / 1000
    seconds = min(item.limits.seconds, max(_SECONDS, 5 * usual))
    limits = msgspec.structs.replace(item.limits, seconds=seconds)
    return msgspec.structs.replace(bare(item), limits=limits)


def _decoration(bench: Bench, item: Exercise, refused: set[str]) -> None:
    """Probes and rules that nothing wrong has ever met."""
    names = [probe.name for probe in item.probes]
    for name in refusers(item):
        if name not in refused:
            where = ("probes", names.index(name)) if name in names else ("rules", name)
            bench.find("decoration", item.id, where, say("validate.decoration", name=name))
