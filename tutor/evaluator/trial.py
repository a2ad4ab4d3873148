"""One submission on trial: every probe over the learner's code and over the solutions."""

from __future__ import annotations

import ast
import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from types import CodeType
from typing import Any, NamedTuple, Protocol

from tutor.content.model import Exercise, Fix, Probe
from tutor.evaluator import rules
from tutor.evaluator.diagnose import explain
from tutor.evaluator.faults import ContentFault, Trail, Unsound, of_look, ours
from tutor.evaluator.findings import Breach, Finding, Look, Seen, judge_look
from tutor.evaluator.inputs import Packer
from tutor.evaluator.kinds import of_kind
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.evaluator.side import Side, drawing_names
from tutor.evaluator.verdicts import of_exception, of_findings
from tutor.text.messages import say

MAX_FAILURES = 12
# Bytes of answers that wait in the judge at once.
ROOM = 16 << 20


class Ended(Exception):
    """The learner's process is gone; only its parent knows how."""


class Draw(NamedTuple):
    """Inputs of one look, drawn by the judge. ``inputs`` says what ``payload`` holds."""

    seed: int
    inputs: Any
    payload: bytes
    kind: str = ""  # of the inputs, where the probe looks at several


class Learner(Protocol):
    """What a trial needs of the line to the learner's process."""

    def ask(self, question: dict[str, Any], draws: Sequence[Draw]) -> None:
        """Send one probe with all its draws."""

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """The observation of the next draw."""

    def greeting(self) -> dict[str, Any]:
        """How loading went."""


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
        self._enter("loading", None)
        greeting = self._learner.greeting()
        if "exception" in greeting:
            return of_exception(greeting["exception"], self.source, self.item.limits.memory_mb)
        missing = self._undefined(greeting)
        if missing:
            return missing
        findings = list(self._findings(greeting))
        probes = len(self.item.probes)
        if not findings:
            return Verdict(
                Outcome.PASSED, say("evaluator.outcome.passed"), passed_probes=probes, probes=probes
            )
        explanation = explain(self.item, self.source, findings, self.solutions[0])
        return of_findings(self.item, self.source, findings, explanation)

    # --- what is asked -------------------------------------------------------------------

    def _findings(self, greeting: dict[str, Any]) -> Iterator[Finding]:
        found = 0
        called: list[list[Any]] = []
        operations: list[str] = []
        if isinstance(self.item, Fix):
            yield from rules.printed_as_asked(
                self.item, self.source, str(greeting.get("stdout", ""))
            )
        for probe in self._order():
            for look in self._looks(probe):
                called += _list(look.got.header.get("calls"))
                operations += _list(look.got.header.get("ops_used"))
                if not look.passed:
                    yield look
                    found += 1
                    break
            if found >= MAX_FAILURES:
                return
        if isinstance(self.item, Exercise):
            yield from rules.breaches(self.item, self.source, called, operations)
            yield from self._growing()

    def _order(self) -> list[Probe]:
        probes = list(self.item.probes)
        if self._shuffle:
            random.Random(self._seed).shuffle(probes)
        return probes

    def _looks(self, probe: Probe) -> Iterator[Look]:
        """Every look of ``probe``, in batches: a pause between processes costs more than a look.

        The first goes alone. Most that is wrong shows there, and it tells how large the answers
        are, and so how many may wait here at once.
        """
        # Until the learner's side is asked it is the judge's time that passes.
        self._enter("judging", probe.name)
        first = next(self._ask(probe, [self._draw(probe, 0)]))
        yield first
        size = max(len(first.payload), len(first.got.payload), 1)
        count = probe.times + len(probe.kinds)
        batch = max(1, min(count, ROOM // size))
        for start in range(1, count, batch):
            turns = range(start, min(start + batch, count))
            yield from self._ask(probe, [self._draw(probe, turn) for turn in turns])

    def _ask(self, probe: Probe, draws: Sequence[Draw]) -> Iterator[Look]:
        question = {
            "call": probe.call,
            "run": probe.run,
            "facets": sorted(probe.facets),
            "watch": sorted(self._watch(probe)),
            "asked": self._asked,
        }
        self._learner.ask(question, draws)
        requests = [question | {"seed": draw.seed, "inputs": draw.inputs} for draw in draws]
        # While the learner's side works; a solution that takes long is not the learner's fault.
        expected = [
            self.solutions[0].look(request, draw.payload)
            for request, draw in zip(requests, draws, strict=True)
        ]
        self._enter("asking", probe.name)
        answers = [self._learner.answer() for _ in draws]
        self._enter("judging", probe.name)
        for request, draw, answer, want in zip(requests, draws, answers, expected, strict=True):
            look = Look(probe, request, draw.payload, Seen(*answer), kind=draw.kind)
            self._against_solutions(look, want)
            yield look

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
        seed = random.Random(f"{self._seed}/{probe.name}/{turn}").getrandbits(48)
        names = drawing_names(seed) | (sizes or rules.first_sizes(self.item))
        if probe.draw:
            file = f"<draw of {probe.name}>"
            with ours(probe.name, self._trail(probe, "draw"), file, "draw: "):
                exec(_code(probe.draw, file, "exec"), names)
        values: dict[str, Any] = {}
        for name, expression in probe.inputs.items():
            with ours(probe.name, self._trail(probe, "inputs", name), "<inputs>", "inputs: "):
                values[name] = names[name] = eval(_code(expression, "<inputs>", "eval"), names)
        number = turn - probe.times
        kind = probe.kinds[number] if number >= 0 else ""
        if kind:
            with ours(probe.name, self._trail(probe, "kinds", number), "<kinds>", "kinds: "):
                values = of_kind(kind, values)
        packer, nodes = Packer(), []
        for name, value in values.items():
            with ours(probe.name, self._trail(probe, "inputs", name), "<inputs>", "inputs: "):
                nodes.append([name, packer.pack(value)])
        return Draw(seed, {"$": "dict", "v": nodes}, b"".join(packer.buffers), kind)

    def _trail(self, probe: Probe, *field: str | int) -> Trail:
        return ("probes", self.item.probes.index(probe), *field)

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
                looks = [next(self._ask(probe, [draw])) for draw in draws]
                counts = [look.got.header.get("ops_count") for look in looks]
                if len(set(counts)) > 1:
                    yield rules.growing(self.item, name, dict(zip(sizes, counts, strict=True)))
                break

    def _undefined(self, greeting: dict[str, Any]) -> Verdict | None:
        defined = {str(name) for name in _list(greeting.get("defined"))}
        self._asked = self._asked_names()
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


@cache
def _code(text: str, name: str, mode: str) -> CodeType:
    return compile(text.strip(), name, mode)


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
