"""Proof 2: every misconception is refused and told by its own name, every slip is refused."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tutor.content.model import Exercise, Fix, Mistake
from tutor.content.phrases import nearest
from tutor.content.proofs.bench import INTERNAL, Bench, bare, told
from tutor.content.proofs.exercises import RULES
from tutor.content.proofs.handed import Verdict
from tutor.text.messages import say

SEEDS = (2, 5)
# Slips are many and only need to be refused: one draw each.
_SLIP_SEEDS = (2,)
_ENDED = ("wrong", "error")


@dataclass(frozen=True)
class Refused:
    """What came of the codes that must be refused."""

    by: frozenset[str]  # names of all probes and rules that refused something
    ended: frozenset[str]  # codes that were refused for what they gave, not for how they ended


async def prove_refusals(bench: Bench, item: Exercise | Fix) -> Refused:
    """Try every misconception and every wrong code."""
    key = "misconceptions" if isinstance(item, Exercise) else "mistakes"
    mistakes = item.misconceptions if isinstance(item, Exercise) else item.mistakes
    wrong = item.wrong if isinstance(item, Exercise) else ()
    found = await asyncio.gather(
        *(_mistake(bench, item, (key, n), one) for n, one in enumerate(mistakes)),
        *(_wrong(bench, item, n) for n in range(len(wrong))),
    )
    by = frozenset().union(*(names for names, _ in found))
    codes = [*(one.code for one in mistakes), *(one.code for one in wrong)]
    ended = [code for code, (_, ended) in zip(codes, found, strict=True) if ended]
    return Refused(by, frozenset(ended))


async def _mistake(
    bench: Bench, item: Exercise | Fix, where: tuple[str, int], mistake: Mistake
) -> tuple[set[str], bool]:
    refused: set[str] = set()
    ended = True
    for seed in SEEDS:
        verdict = await bench.check(item, mistake.code, seed, about=where, patient=True)
        refused |= refusing(verdict)
        ended &= verdict.outcome in _ENDED
        key = _misjudged(verdict, mistake)
        if key:
            message = say(
                f"validate.{key}",
                seed=seed,
                id=mistake.id,
                others=", ".join(n for n in (verdict.misconception, *verdict.also_fits) if n),
                told=told(verdict),
            )
            bench.find("misconception", item.id, where, message)
            break
    return refused, ended


def _misjudged(verdict: Verdict, mistake: Mistake) -> str:
    """How a verdict fails a misconception: a key of the catalogue, or ``""``."""
    if verdict.outcome == INTERNAL:
        return ""
    if verdict.passed:
        return "mistake_passes"
    if verdict.misconception is None:
        return "mistake_unnamed"
    if verdict.misconception != mistake.id:
        return "mistake_misnamed"
    if verdict.also_fits:
        return "mistake_ambiguous"
    # Two variants of one wrong idea: each needs its own sentence.
    return "" if verdict.message.startswith(mistake.say.strip()) else "mistake_other_words"


async def _wrong(bench: Bench, item: Exercise | Fix, number: int) -> tuple[set[str], bool]:
    assert isinstance(item, Exercise)
    wrong, where = item.wrong[number], ("wrong", number)
    names = refusers(item)
    if wrong.by not in names:
        message = say("validate.no_refuser", by=wrong.by, near=nearest(wrong.by, names))
        bench.find("wrong", item.id, (*where, "by"), message)
        return set(), False
    refused: set[str] = set()
    ended = True
    for seed in _SLIP_SEEDS:
        verdict = await bench.check(bare(item), wrong.code, seed, about=where)
        refused |= refusing(verdict)
        ended &= verdict.outcome in _ENDED
        if verdict.outcome == INTERNAL:
            continue
        if verdict.passed:
            bench.find("wrong", item.id, where, say("validate.wrong_passes", seed=seed))
            break
        if wrong.by not in refusing(verdict):
            message = say(
                "validate.wrong_by",
                seed=seed,
                by=wrong.by,
                others=", ".join(sorted(refusing(verdict))) or "-",
                told=told(verdict),
            )
            bench.find("wrong", item.id, (*where, "by"), message)
            break
    return refused, ended


def refusers(item: Exercise) -> list[str]:
    """The names of an exercise's probes and of the rules that it sets."""
    rules = [kind for kind in RULES if getattr(item.rules, kind)]
    return [*(probe.name for probe in item.probes), *rules]


def refusing(verdict: Verdict) -> set[str]:
    """The probes and rules that a submission failed at."""
    return {*verdict.failed, *([verdict.probe] if verdict.probe else [])}
