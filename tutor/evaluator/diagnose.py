"""Which wrong idea explains what was found. Never a guess stated as a fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.content.model import Exercise, Fix, Mistake
from tutor.evaluator import rules
from tutor.evaluator.findings import Breach, Finding, Look, same
from tutor.evaluator.guesses import guess
from tutor.evaluator.side import Side


@dataclass(frozen=True)
class Explanation:
    """What explains the findings; a declared misconception always wins over a guess."""

    mistakes: tuple[Mistake, ...]  # those that fit everything, the best supported first
    guess: str = ""  # else the slips that would explain it, as a question


def explain(
    item: Exercise | Fix, source: str, findings: Sequence[Finding], solution: Side
) -> Explanation:
    """Every misconception whose own observations equal the learner's wherever it failed."""
    mistakes = _fitting(item, source, findings)
    return Explanation(mistakes, "" if mistakes else guess(findings, solution))


def _fitting(item: Exercise | Fix, source: str, findings: Sequence[Finding]) -> tuple[Mistake, ...]:
    mistakes = item.misconceptions if isinstance(item, Exercise) else item.mistakes
    if not mistakes:
        return ()
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
    return tuple(supported or fitting)


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
