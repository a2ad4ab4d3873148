"""Which wrong idea explains what was found. Never a guess stated as a fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from tutor.content.model import Exercise, Fix, Mistake
from tutor.evaluator import rules
from tutor.evaluator.findings import Breach, Finding, Look, same
from tutor.evaluator.side import Side
from tutor.evaluator.tensors import elements
from tutor.text.messages import say


@dataclass(frozen=True)
class Explanation:
    """The misconceptions that fit everything that was found, the best supported first."""

    mistakes: tuple[Mistake, ...]


def explain(item: Exercise | Fix, source: str, findings: Sequence[Finding]) -> Explanation:
    """Every misconception whose own observations equal the learner's wherever it failed."""
    mistakes = item.misconceptions if isinstance(item, Exercise) else item.mistakes
    if not mistakes:
        return Explanation(())
    used = rules.names_used(source)
    fitting = [
        mistake
        for mistake in mistakes
        if used.issuperset(mistake.uses) and _fits(item, mistake, findings)
    ]
    if not fitting:
        fitting = _explaining_the_first(
            item, [m for m in mistakes if used.issuperset(m.uses)], findings
        )
    # Where behaviour is the same, a name in the source that only one of them asks for decides.
    supported = [mistake for mistake in fitting if mistake.uses]
    return Explanation(tuple(supported or fitting))


def _explaining_the_first(
    item: Exercise | Fix, mistakes: Sequence[Mistake], findings: Sequence[Finding]
) -> list[Mistake]:
    """A wrong idea can come with a slip: then it explains the first failure, though not all.

    Only where a single idea does so; two would be a guess.
    """
    fitting = [mistake for mistake in mistakes if _fits(item, mistake, findings[:1])]
    return fitting[:1] if len({mistake.id for mistake in fitting}) == 1 else []


def _fits(item: Exercise | Fix, mistake: Mistake, findings: Sequence[Finding]) -> bool:
    side = Side(mistake.code)
    for finding in findings:
        if isinstance(finding, Look):
            if not same(finding, side.look(finding.request, finding.payload)):
                return False
        elif not _breaks(item, side, finding, findings):
            return False
    return True


def _breaks(item: Exercise | Fix, side: Side, breach: Breach, findings: Sequence[Finding]) -> bool:
    """True when the misconception breaks the same rule in the same way."""
    side.load()
    if isinstance(item, Fix):
        own = list(rules.printed_as_asked(item, side.code, side.stdout))
        return any(
            b.rule == breach.rule
            and (b.difference and b.difference.got) == (breach.difference and breach.difference.got)
            for b in own
        )
    if any(isinstance(finding, Look) for finding in findings):
        return True  # the looks tell; a rule broken on top of them is no evidence against
    return any(b.rule == breach.rule for b in rules.breaches(item, side.code, [], []))


def guess(look: Look) -> str:
    """A slip that would turn the expected numbers into the observed ones, as a question.

    Empty when none fits, or when several do.
    """
    if look.judged is None or not look.judged.differences:
        return ""
    where = look.judged.differences[0].where
    want = look.judged.want.header.get("seen", {}).get(where)
    got = look.got.header.get("seen", {}).get(where)
    if not (isinstance(want, dict) and isinstance(got, dict) and want.get("$") == "tensor"):
        return ""
    a, b = elements(want, look.judged.want.payload), elements(got, look.got.payload)
    if a is None or b is None or a.shape != b.shape or a.is_complex() or a.numel() < 2:
        return ""
    found = [text for text in (_sign_or_factor(a, b), _order(a, b), _shifted(a, b)) if text]
    return found[0] if len(found) == 1 else ""


def _sign_or_factor(a: torch.Tensor, b: torch.Tensor) -> str:
    a, b = a.double().flatten(), b.double().flatten()
    nonzero = a != 0
    if not bool(nonzero.any()) or bool((b[~nonzero] != 0).any()):
        return ""
    ratio = b[nonzero] / a[nonzero]
    if float((ratio - ratio[0]).abs().max()) > 1e-4 * abs(float(ratio[0])) or float(ratio[0]) == 0:
        return ""
    if abs(float(ratio[0]) + 1) < 1e-4:
        return say("evaluator.guess.sign")
    return say("evaluator.guess.factor", factor=f"{float(ratio[0]):.4g}")


def _order(a: torch.Tensor, b: torch.Tensor) -> str:
    x, y = a.double().flatten().sort().values, b.double().flatten().sort().values
    same_numbers = torch.allclose(x, y, rtol=1e-6, atol=1e-9)
    return say("evaluator.guess.elements_order") if same_numbers else ""


def _shifted(a: torch.Tensor, b: torch.Tensor) -> str:
    gap = (b.double() - a.double()).flatten()
    if float((gap - gap[0]).abs().max()) > 1e-5 * max(1.0, abs(float(gap[0]))):
        return ""
    return say("evaluator.guess.offset", offset=f"{float(gap[0]):.4g}")
