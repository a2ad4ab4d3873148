"""Every probe put to the learner's side, ahead of its answers, and to the solutions.

A pause between two processes costs more than a look, so neither waits while there is work: the
first look of every probe is asked for at once, then all the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from tutor.content.model import Exercise, Fix, Probe
from tutor.evaluator.drawing import Draw, draw, trail
from tutor.evaluator.faults import ContentFault, Unsound, of_look
from tutor.evaluator.findings import Look, Seen, judge_look
from tutor.evaluator.side import Side
from tutor.evaluator.wire import AHEAD

# Bytes of inputs that wait in the judge at once.
ROOM = 16 << 20
# Name of a phase, and of the probe that it is about.
Enter = Callable[[str, str | None], None]


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


class Batch(NamedTuple):
    """Looks at one probe that are asked for together."""

    probe: Probe
    draws: Sequence[Draw]


class Questions:
    """Asks, reads and compares; ``seed`` is the submission's, ``names`` what it must define."""

    def __init__(
        self,
        item: Exercise | Fix,
        solutions: list[Side],
        learner: Learner,
        enter: Enter,
        *,
        seed: int,
        names: list[str],
    ) -> None:
        self._item = item
        self._solutions = solutions
        self._learner = learner
        self._enter = enter
        self._seed = seed
        self._names = names
        self._failed: set[str] = set()

    def first(self, probe: Probe, sizes: dict[str, int] | None = None) -> Batch:
        """The first look at ``probe``; ``sizes`` replaces the usual ones."""
        return Batch(probe, [draw(self._item, self._seed, probe, 0, sizes)])

    def looks(self, firsts: Sequence[Batch]) -> Iterator[Look]:
        """Every look at every probe, in the order of the answers.

        The first of each probe comes first: most that is wrong shows there, and a probe that
        failed is not looked at again. Raises Ended, WireError and ContentFault.
        """
        found = []
        for look in self.answers(firsts):
            found.append(look)
            yield look
        yield from self.answers(self._rest(found))

    def answers(self, batches: Iterable[Batch]) -> Iterator[Look]:
        """The looks of ``batches``, each asked for while those before are being answered."""
        waiting: deque[Batch] = deque()
        for batch in batches:
            while not self._ask(batch):
                yield from self._read(waiting.popleft())
            waiting.append(batch)
        for batch in waiting:
            yield from self._read(batch)

    def _rest(self, found: list[Look]) -> Iterator[Batch]:
        for first in found:
            probe = first.probe
            count = probe.times + len(probe.kinds)
            size = max(1, ROOM // max(1, len(first.payload)))
            for start in range(1, count, size):
                if probe.name in self._failed:
                    break
                self._enter("judging", probe.name)
                turns = range(start, min(start + size, count))
                draws = [draw(self._item, self._seed, probe, turn) for turn in turns]
                yield Batch(probe, draws)

    def _ask(self, batch: Batch) -> bool:
        if sum(len(draw.payload) for draw in batch.draws) > AHEAD:
            # Such a frame is only gone when the other side has read it: that is the learner's time.
            self._enter("asking", batch.probe.name)
        return self._learner.ask(self._question(batch.probe), batch.draws)

    def _question(self, probe: Probe) -> dict[str, Any]:
        return {
            "call": probe.call,
            "run": probe.run,
            "facets": sorted(probe.facets),
            "watch": sorted(self._watch(probe)),
            "asked": self._names,
        }

    def _read(self, batch: Batch) -> Iterator[Look]:
        """The looks of one batch; those of a probe that failed are read and left alone."""
        probe, question = batch.probe, self._question(batch.probe)
        for drawn in batch.draws:
            if probe.name in self._failed:
                self._answer(probe)
                continue
            # The learner's side is at work meanwhile; a solution that takes long is not its fault.
            self._enter("judging", probe.name)
            request = question | {"seed": drawn.seed, "inputs": drawn.inputs}
            want = self._solutions[0].look(request, drawn.payload)
            look = Look(probe, request, drawn.payload, self._answer(probe), kind=drawn.kind)
            self._against_solutions(look, want)
            if not look.passed:
                self._failed.add(probe.name)
            yield look

    def _answer(self, probe: Probe) -> Seen:
        if not self._learner.answered():
            self._enter("asking", probe.name)
        seen = Seen(*self._learner.answer())
        self._enter("judging", probe.name)
        return seen

    def _against_solutions(self, look: Look, first: Seen) -> None:
        for number, side in enumerate(self._solutions):
            want = side.look(look.request, look.payload) if number else first
            probe, fault = look.probe, want.exception
            if fault and "raises" not in probe.facets:
                asked = trail(self._item, probe, "call" if probe.call else "run")
                raise of_look(fault, probe.name, asked, number)
            try:
                judged = judge_look(look, want, tell=number == 0)
            except Unsound as error:
                at = trail(self._item, probe, "require", error.number, "that")
                raise ContentFault(probe.name, str(error), at) from error
            if number == 0 or judged.passed:
                look.take(judged)
            if judged.passed:
                return

    def _watch(self, probe: Probe) -> set[str]:
        asked = self._item.rules if isinstance(self._item, Exercise) else None
        watch = set()
        if asked and asked.forbid_calls:
            watch.add("calls")
        if probe.facets & {"ops", "peak"} or (
            asked and (asked.forbid_ops or asked.ops_constant_in)
        ):
            watch.add("ops")
        return watch
