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
    ideas = [_Idea(mistake) for mistake in mistakes if used.issuperset(mistake.uses)]
    fitting = [idea.mistake for idea in ideas if _fits(item, idea, findings)]
    if not fitting:
        fitting = _explaining_the_first(item, ideas, findings)
    return tuple(_supported(fitting))


def _supported(fitting: list[Mistake]) -> list[Mistake]:
    """Where behaviour is the same, a name in the source that only one of them asks for decides."""
    return [mistake for mistake in fitting if mistake.uses] or fitting


def _explaining_the_first(
    item: Exercise | Fix, ideas: Sequence[_Idea], findings: Sequence[Finding]
) -> list[Mistake]:
    """A wrong idea can come with a slip: then it explains the first failure, though not all.

    Only where a single idea does so; two would be a guess.
    """
    fitting = _supported([idea.mistake for idea in ideas if _fits(item, idea, findings[:1])])
    return fitting[:1] if len({mistake.id for mistake in fitting}) == 1 else []


class _Idea:
    """A misconception on trial: what it does is looked at once, however often it is asked."""

    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake
        self.side = Side(mistake.code)
        self._same: dict[int, bool] = {}

    def does_the_same(self, look: Look) -> bool:
        """True when its observation equals the learner's."""
        if id(look) not in self._same:
            self._same[id(look)] = same(look, self.side.look(look.request, look.payload))
        return self._same[id(look)]


def _fits(item: Exercise | Fix, idea: _Idea, findings: Sequence[Finding]) -> bool:
    return all(
        idea.does_the_same(finding)
        if isinstance(finding, Look)
        else _breaks(item, idea.side, finding, findings)
        for finding in findings
    )


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
