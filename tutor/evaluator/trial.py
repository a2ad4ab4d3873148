"""One submission on trial: every probe over the learner's code and over the solutions."""

from __future__ import annotations

import ast
import random
import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from tutor.content.model import Exercise, Fix, Probe
from tutor.evaluator import rules
from tutor.evaluator.diagnose import explain
from tutor.evaluator.drawing import Draw, draw, trail
from tutor.evaluator.faults import ContentFault, Trail, Unsound, of_look, ours
from tutor.evaluator.findings import Breach, Finding, Look, Seen, judge_look
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.evaluator.side import Side
from tutor.evaluator.verdicts import of_exception, of_findings
from tutor.text.messages import say

MAX_FAILURES = 12
# Bytes of inputs that wait in the judge at once.
ROOM = 16 << 20


class Ended(Exception):
    """The learner's process is gone; only its parent knows how."""


class Learner(Protocol):
    """What a trial needs of the line to the learner's process."""

    def ask(self, question: dict[str, Any], draws: Sequence[Draw]) -> bool:
        """Send one probe with some draws; False when answers have to be read before."""

    def answered(self) -> bool:
        """True when the next answer is here."""

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """The observation of the next draw, in the order of the questions."""

    def greeting(self) -> dict[str, Any]:
        """How loading went."""


class _Batch(NamedTuple):
    probe: Probe
    draws: Sequence[Draw]


class Trial:
    """Drives the probes and gathers what was found."""

    def __init__(
        self,
        item: Exercise | Fix,
        source: str,
        learner: Learner,
        enter: Callable[[str, str | None], None],
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
        self._asked: list[str] = []  # names that the submission must define

    def verdict(self) -> Verdict:
        """Run it all. Raises Ended, WireError or ContentFault."""
        starter = self.item.starter if isinstance(self.item, Exercise) else self.item.code
        if untouched(self.source, starter):
            empty = not self.source.strip()
            text = say(f"evaluator.outcome.{'empty' if empty else 'untouched'}")
            return Verdict(Outcome.NOT_ATTEMPTED, text)
        # All of this while the learner's side loads the submission.
        self._enter("judging", None)
        self._asked = self._asked_names()
        firsts = [_Batch(probe, [self._draw(probe, 0)]) for probe in self._order()]
        self.solutions[0].load()
        self._enter("loading", None)
        greeting = self._learner.greeting()
        if "exception" in greeting:
            return of_exception(greeting["exception"], self.source, self.item.limits.memory_mb)
        missing = self._undefined(greeting)
        if missing:
            return missing
        findings = list(self._findings(greeting, firsts))
        probes = len(self.item.probes)
        if not findings:
            return Verdict(
                Outcome.PASSED, say("evaluator.outcome.passed"), passed_probes=probes, probes=probes
            )
        explanation = explain(self.item, self.source, findings, self.solutions[0])
        return of_findings(self.item, self.source, findings, explanation)

    # --- what is asked -------------------------------------------------------------------

    def _findings(self, greeting: dict[str, Any], firsts: list[_Batch]) -> Iterator[Finding]:
        failed: list[Look] = []
        called: list[list[Any]] = []
        operations: list[str] = []
        if isinstance(self.item, Fix):
            yield from rules.printed_as_asked(
                self.item, self.source, str(greeting.get("stdout", ""))
            )
        for look in self._looks(firsts):
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
            yield from self._growing()

    def _order(self) -> list[Probe]:
        probes = list(self.item.probes)
        if self._shuffle:
            random.Random(self._seed).shuffle(probes)
        return probes

    def _looks(self, firsts: list[_Batch]) -> Iterator[Look]:
        """Every look at every probe, in the order of the answers.

        The first of each probe comes first: most that is wrong shows there, and a probe that
        failed is not looked at again.
        """
        passed = []
        for look in self._answers(iter(firsts)):
            yield look
            if look.passed:
                passed.append(look)
        yield from self._answers(self._rest(passed))

    def _rest(self, passed: list[Look]) -> Iterator[_Batch]:
        for first in passed:
            probe = first.probe
            count = probe.times + len(probe.kinds)
            size = max(1, ROOM // max(1, len(first.payload)))
            for start in range(1, count, size):
                self._enter("judging", probe.name)
                turns = range(start, min(start + size, count))
                yield _Batch(probe, [self._draw(probe, turn) for turn in turns])

    def _answers(self, batches: Iterator[_Batch]) -> Iterator[Look]:
        """Ask for batches ahead of their answers: neither process waits while there is work."""
        waiting: deque[_Batch] = deque()
        for batch in batches:
            while not self._learner.ask(self._question(batch.probe), batch.draws):
                yield from self._read(waiting.popleft())
            waiting.append(batch)
        for batch in waiting:
            yield from self._read(batch)

    def _question(self, probe: Probe) -> dict[str, Any]:
        return {
            "call": probe.call,
            "run": probe.run,
            "facets": sorted(probe.facets),
            "watch": sorted(self._watch(probe)),
            "asked": self._asked,
        }

    def _read(self, batch: _Batch) -> Iterator[Look]:
        """The looks of one batch; after one that failed the answers are read and left alone."""
        probe, question, failed = batch.probe, self._question(batch.probe), False
        for drawn in batch.draws:
            if failed:
                self._answer(probe)
                continue
            # The learner's side is at work meanwhile; a solution that takes long is not its fault.
            self._enter("judging", probe.name)
            request = question | {"seed": drawn.seed, "inputs": drawn.inputs}
            want = self.solutions[0].look(request, drawn.payload)
            look = Look(probe, request, drawn.payload, self._answer(probe), kind=drawn.kind)
            self._against_solutions(look, want)
            failed = not look.passed
            yield look

    def _answer(self, probe: Probe) -> Seen:
        if not self._learner.answered():
            self._enter("asking", probe.name)
        seen = Seen(*self._learner.answer())
        self._enter("judging", probe.name)
        return seen

    def _against_solutions(self, look: Look, first: Seen) -> None:
        for number, side in enumerate(self.solutions):
            want = side.look(look.request, look.payload) if number else first
            probe, fault = look.probe, want.exception
            if fault and "raises" not in probe.facets:
                asked = self._trail(probe, "call" if probe.call else "run")
                raise of_look(fault, probe.name, asked, number)
            try:
                judged = judge_look(look, want, tell=number == 0)
            except Unsound as error:
                trail = self._trail(probe, "require", error.number, "that")
                raise ContentFault(probe.name, str(error), trail) from error
            if number == 0 or judged.passed:
                look.take(judged)
            if judged.passed:
                return

    def _draw(self, probe: Probe, turn: int, sizes: dict[str, int] | None = None) -> Draw:
        return draw(self.item, self._seed, probe, turn, sizes)

    def _trail(self, probe: Probe, *field: str | int) -> Trail:
        return trail(self.item, probe, *field)

    def _watch(self, probe: Probe) -> set[str]:
        asked = self.item.rules if isinstance(self.item, Exercise) else None
        watch = set()
        if asked and asked.forbid_calls:
            watch.add("calls")
        if probe.facets & {"ops", "peak"} or (
            asked and (asked.forbid_ops or asked.ops_constant_in)
        ):
            watch.add("ops")
        return watch

    def _growing(self) -> Iterator[Breach]:
        """Operations must not grow with a size: the same probe at several sizes."""
        assert isinstance(self.item, Exercise)
        for name, sizes in self.item.rules.ops_constant_in.items():
            for probe in self.item.probes:
                if not rules.mentions(probe, name):
                    continue
                draws = [
                    self._draw(probe, 0, rules.first_sizes(self.item) | {name: n}) for n in sizes
                ]
                looks = self._answers(_Batch(probe, [drawn]) for drawn in draws)
                counts = [look.got.header.get("ops_count") for look in looks]
                if len(set(counts)) > 1:
                    yield rules.growing(self.item, name, dict(zip(sizes, counts, strict=True)))
                break

    def _undefined(self, greeting: dict[str, Any]) -> Verdict | None:
        defined = {str(name) for name in _list(greeting.get("defined"))}
        asked = [name for name in self._asked if name not in defined]
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
            trail = self._trail(probe, "call" if probe.call else "run")
            with ours(probe.name, trail, "<unknown>"):
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
