"""One submission on trial: every probe over the learner's code and over the solutions."""

from __future__ import annotations

import ast
import random
import secrets
from collections.abc import Iterator
from typing import Any

from tutor.content.model import Exercise, Fix, Probe
from tutor.evaluator import rules
from tutor.evaluator.diagnose import explain
from tutor.evaluator.drawing import trail
from tutor.evaluator.faults import ours
from tutor.evaluator.findings import Breach, Finding, Look
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.evaluator.questions import Batch, Enter, Learner, Questions
from tutor.evaluator.side import Side
from tutor.evaluator.verdicts import of_exception, of_findings
from tutor.text.messages import say

MAX_FAILURES = 12
# Bytes of inputs that wait in the judge at once.
ROOM = 16 << 20


class Trial:
    """Drives the probes and gathers what was found."""

    def __init__(
        self,
        item: Exercise | Fix,
        source: str,
        learner: Learner,
        enter: Enter,
        *,
        seed: int | None,
        shuffle: bool,
    ) -> None:
        self.item = item
        self.source = source
        self._learner = learner
        self._enter = enter
        # Fresh inputs for every submission; a fixed seed only where content is being proved.
        self._seed = secrets.randbits(60) if seed is None else seed
        self._shuffle = shuffle
        self.solutions = [Side(code) for code in item.solutions]

    def verdict(self) -> Verdict:
        """Run it all. Raises Ended, WireError or ContentFault."""
        starter = self.item.starter if isinstance(self.item, Exercise) else self.item.code
        if untouched(self.source, starter):
            empty = not self.source.strip()
            text = say(f"evaluator.outcome.{'empty' if empty else 'untouched'}")
            return Verdict(Outcome.NOT_ATTEMPTED, text)
        # All of this while the learner's side loads the submission.
        self._enter("judging", None)
        names = self._asked_names()
        questions = Questions(
            self.item, self.solutions, self._learner, self._enter, seed=self._seed, names=names
        )
        firsts = [questions.first(probe) for probe in self._order()]
        self.solutions[0].load()
        self._enter("loading", None)
        greeting = self._learner.greeting()
        if "exception" in greeting:
            return of_exception(greeting["exception"], self.source, self.item.limits.memory_mb)
        missing = self._undefined(greeting, names)
        if missing:
            return missing
        findings = list(self._findings(greeting, questions, firsts))
        probes = len(self.item.probes)
        if not findings:
            return Verdict(
                Outcome.PASSED, say("evaluator.outcome.passed"), passed_probes=probes, probes=probes
            )
        explanation = explain(self.item, self.source, findings, self.solutions[0])
        return of_findings(self.item, self.source, findings, explanation)

    # --- what is asked -------------------------------------------------------------------

    def _findings(
        self, greeting: dict[str, Any], questions: Questions, firsts: list[Batch]
    ) -> Iterator[Finding]:
        failed: list[Look] = []
        called: list[list[Any]] = []
        operations: list[str] = []
        if isinstance(self.item, Fix):
            yield from rules.printed_as_asked(
                self.item, self.source, str(greeting.get("stdout", ""))
            )
        for look in questions.looks(firsts):
            called += _list(look.got.header.get("calls"))
            operations += _list(look.got.header.get("ops_used"))
            if not look.passed:
                failed.append(look)
            if len(failed) == MAX_FAILURES:
                break
        order = [batch.probe for batch in firsts]
        yield from sorted(failed, key=lambda look: order.index(look.probe))
        if len(failed) == MAX_FAILURES:
            return
        if isinstance(self.item, Exercise):
            yield from rules.breaches(self.item, self.source, called, operations)
            yield from self._growing(questions)

    def _order(self) -> list[Probe]:
        probes = list(self.item.probes)
        if self._shuffle:
            random.Random(self._seed).shuffle(probes)
        return probes

    def _growing(self, questions: Questions) -> Iterator[Breach]:
        """Operations must not grow with a size: the same probe at several sizes."""
        assert isinstance(self.item, Exercise)
        for name, sizes in self.item.rules.ops_constant_in.items():
            for probe in self.item.probes:
                if not rules.mentions(probe, name):
                    continue
                usual = rules.first_sizes(self.item)
                batches = [questions.first(probe, usual | {name: n}) for n in sizes]
                looks = questions.answers(batches)
                counts = [look.got.header.get("ops_count") for look in looks]
                # Where one failed, that is what is told.
                if len(counts) == len(sizes) and len(set(counts)) > 1:
                    yield rules.growing(self.item, name, dict(zip(sizes, counts, strict=True)))
                break

    def _undefined(self, greeting: dict[str, Any], names: list[str]) -> Verdict | None:
        defined = {str(name) for name in _list(greeting.get("defined"))}
        asked = [name for name in names if name not in defined]
        if not asked:
            return None
        key = "undefined" if len(asked) == 1 else "undefined_many"
        text = say(f"evaluator.outcome.{key}", name=asked[0], names=", ".join(asked))
        return Verdict(Outcome.WRONG, text, probes=len(self.item.probes))

    def _asked_names(self) -> list[str]:
        """Names that probes use and the first solution defines: what a submission must define."""
        with ours("", ("solutions", 0), "<unknown>"):
            known = rules.defined_names(self.item.solutions[0])
        used: dict[str, None] = {}
        for probe in self.item.probes:
            at = trail(self.item, probe, "call" if probe.call else "run")
            with ours(probe.name, at, "<unknown>"):
                used |= dict.fromkeys(rules.names_in(probe.call or probe.run or ""))
        return [name for name in used if name in known]


def untouched(source: str, starter: str) -> bool:
    """True when the source is the starter, comments and layout apart, or says nothing at all."""
    if not source.strip():
        return True
    try:
        ours, theirs = ast.parse(starter), ast.parse(source)
        return len(ours.body) == len(theirs.body) and ast.dump(ours) == ast.dump(theirs)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source.split() == starter.split()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
