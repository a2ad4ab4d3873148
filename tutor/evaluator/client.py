"""What the app and the command line hold: start, check, run, cancel, close.

    evaluator = Evaluator()
    await evaluator.start()                      # returns at once; torch is imported elsewhere
    verdict = await evaluator.check(exercise, source, on_output=print)
    await evaluator.close()

Nothing here imports torch, and nothing here forks. A fault of ours never raises: it comes back as a
verdict with outcome ``internal``, and its details are in the log.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from tutor.content.model import Exercise, Fix, Limits
from tutor.evaluator import wire
from tutor.evaluator.confine.policy import grade as grade_of
from tutor.evaluator.outcome import Grade, Margins, Outcome, Verdict
from tutor.evaluator.pool import USUAL, Pool
from tutor.evaluator.run import Run, RunCancelled, jobs
from tutor.evaluator.zygote_process import Line
from tutor.text.messages import say

__all__ = ["Evaluator", "RunCancelled"]

_log = logging.getLogger(__name__)
_STRONGEST_FIRST = list(Grade)


class _Submission(NamedTuple):
    """What is to be done, however it was asked for."""

    kind: str  # exercise, fix, run or margins
    item: Exercise | Fix | None
    source: str
    limits: Limits
    files: bool
    seed: int | None
    on_output: Callable[[str], None] | None
    alone: bool


class Evaluator:
    """One warm evaluator. All methods belong to one event loop."""

    def __init__(
        self,
        *,
        strict: Grade | None = None,
        skip_layers: frozenset[str] = frozenset(),
        rehearse: bool = True,
    ) -> None:
        """Hold no process yet.

        Args:
            strict: refuse to run anything where the machine enforces less than this.
            skip_layers: layers of confinement left out; for the layer experiment only.
            rehearse: have pairs on standby warm up, which a person feels; for many submissions in
                a row it costs more than it saves.
        """
        self.state = "off"  # then warming, ready, and down when it cannot start
        self.on_state: Callable[[str], None] | None = None
        # Where a field of an item stands, as file:line ("" where unknown): Course.place.
        self.place: Callable[[str, tuple[str | int, ...], int], str] | None = None
        self._strict = strict
        self._pool = Pool(
            skip_layers, self._say, self._take_end, self._take_overfilled, rehearse=rehearse
        )
        self._runs: dict[int, Run] = {}
        self._newest = 0  # of the submissions that are to be alone, counted
        self._alone: Run | asyncio.Future[Line] | None = None

    # --- life -----------------------------------------------------------------------------

    async def start(self) -> None:
        """Spawn the zygote and return at once; ``state`` goes from warming to ready by itself."""
        self._pool.start()

    async def ready(self) -> bool:
        """Wait until all is warm and a pair stands by; False when the evaluator cannot start.

        No submission needs to: one that comes sooner waits for what it needs.
        """
        try:
            await self._pool.warmed()
            self._pool.give_back(await self._pool.order(USUAL, files=False))
        except ConnectionError:
            return False
        return True

    async def close(self) -> None:
        """End everything. Nothing is left behind."""
        await self.cancel()
        for run in list(self._runs.values()):
            run.cancel()
        await asyncio.sleep(0)
        self._pool.close()

    @property
    def waiting(self) -> bool:
        """Whether a submission has no process to run in yet, as while torch is being imported."""
        return isinstance(self._alone, asyncio.Future) and not self._alone.done()

    @property
    def pid(self) -> int | None:
        """Process id of the zygote."""
        return self._pool.pid

    @property
    def layers(self) -> frozenset[str]:
        """Layers of confinement in force; empty until the first pair has come."""
        return self._pool.newest.layers if self._pool.newest else frozenset()

    @property
    def landlock_abi(self) -> int:
        """Landlock's version in this kernel, 0 without it or before the first pair."""
        return self._pool.newest.landlock_abi if self._pool.newest else 0

    @property
    def grade(self) -> Grade | None:
        """What this machine enforces, once known."""
        newest = self._pool.newest
        return grade_of(newest.layers, newest.landlock_abi) if newest else None

    # --- work -----------------------------------------------------------------------------

    async def check(
        self,
        item: Exercise | Fix,
        source: str,
        *,
        seed: int | None = None,
        on_output: Callable[[str], None] | None = None,
        alone: bool = True,
    ) -> Verdict:
        """Put a submission on trial.

        Args:
            item: the exercise, or a question of kind fix.
            source: the submission.
            seed: fixes what the judge draws, where content is being proved; odd: probes shuffled.
            on_output: called with printable text as it streams in.
            alone: cancel this client's run in flight first.

        Raises:
            RunCancelled: a newer submission, ``cancel`` or ``close`` ended it.
        """
        files = isinstance(item, Exercise) and item.files
        kind = "exercise" if isinstance(item, Exercise) else "fix"
        return await self._do(
            _Submission(kind, item, source, item.limits, files, seed, on_output, alone)
        )

    async def run(
        self,
        source: str,
        *,
        on_output: Callable[[str], None] | None = None,
        limits: Limits = USUAL,
        files: bool = False,
        alone: bool = True,
    ) -> Verdict:
        """Run a program, ungraded: outcome ``passed`` when it ran through. Raises RunCancelled."""
        return await self._do(
            _Submission("run", None, source, limits, files, None, on_output, alone)
        )

    async def margins(self, item: Exercise, *, seed: int) -> tuple[Margins | None, Verdict]:
        """Measure an exercise's tolerances, for its author.

        Without margins the verdict says why they cannot be measured.
        """
        verdict = await self._do(
            _Submission("margins", item, "", item.limits, item.files, seed, None, False)
        )
        if not verdict.passed:
            return None, verdict
        return msgspec.convert(json.loads(verdict.message), Margins), verdict

    async def cancel(self) -> None:
        """End the run in flight, if there is one."""
        self._newest += 1  # one that is still on its way to a pair stops there
        current, self._alone = self._alone, None
        if current is not None:
            current.cancel()
            await asyncio.sleep(0)

    async def _do(self, work: _Submission) -> Verdict:
        started = time.monotonic()
        number = 0
        if work.alone:
            number = self._newest + 1  # before anything else may come in between
            await self.cancel()
        try:
            frames = jobs(work.kind, work.item, work.source, work.limits, work.seed)
            verdict = await self._through_a_pair(work, number, frames)
        except wire.WireError:
            limit = wire.MAX_HEADER // 4
            verdict = Verdict(Outcome.ERROR, say("evaluator.outcome.too_long", limit=limit))
        except OSError:  # ConnectionError too: the zygote died too often, or could not be started
            reason = self._pool.last_words.strip().splitlines()[-1:] or [""]
            text = say("evaluator.outcome.internal_start", reason=reason[0])
            verdict = Verdict(Outcome.INTERNAL, text)
        return msgspec.structs.replace(
            verdict,
            ms=round((time.monotonic() - started) * 1000),
            sandbox=self.grade.value if self.grade else "",
        )

    async def _through_a_pair(
        self, work: _Submission, number: int, frames: tuple[bytes, bytes]
    ) -> Verdict:
        self._stop_if_old(work, number)
        self._pool.start()
        line = await self._pair(work)
        try:
            self._stop_if_old(work, number)
        except RunCancelled:
            self._pool.give_back(line)
            raise
        refusal = self._too_weak()
        if refusal:
            line.close()
            return refusal
        run = Run(line, work.limits, self._pool.kill, work.on_output, work.source)
        self._runs[line.number] = run
        if work.alone:
            self._alone = run
        try:
            verdict = await run.finish(*frames)
        finally:
            if self._alone is run:
                self._alone = None
            del self._runs[line.number]
            # Behind the screen: the verdict is on its way while the next pair is forked.
            self._pool.refill()
        if verdict.outcome is Outcome.INTERNAL:
            verdict = self._placed(verdict, work.item)
            _log.error("internal: %s %s\n%s", verdict.message, verdict.original, run.fault)
        return verdict

    def _placed(self, verdict: Verdict, item: Exercise | Fix | None) -> Verdict:
        """A fault of ours with the file and line that its author must mend, where they are known.

        Where only the probe is known, as when it takes too long, that is the place.
        """
        said = verdict.message or say("evaluator.outcome.internal")
        if item is not None and self.place is not None:
            names = [probe.name for probe in item.probes]
            trail = verdict.fault_in
            if not trail and verdict.probe in names:
                trail = ("probes", names.index(verdict.probe))
            place = self.place(item.id, trail, verdict.fault_line)
            said = say("evaluator.outcome.internal_at", said=said, place=place) if place else said
        return msgspec.structs.replace(verdict, message=said)

    async def _pair(self, work: _Submission) -> Line:
        future = self._pool.order(work.limits, files=work.files)
        if work.alone:
            self._alone = future
        try:
            return await future
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():  # the caller's task ends, not this submission alone
                if future.done() and not future.cancelled() and not future.exception():
                    self._pool.give_back(future.result())
                raise
            raise RunCancelled from None

    def _stop_if_old(self, work: _Submission, number: int) -> None:
        if work.alone and number != self._newest:
            raise RunCancelled

    def _take_end(self, number: int, learner: int | None, judge: int | None) -> None:
        if number in self._runs:
            self._runs[number].ended(learner, judge)

    def _take_overfilled(self, number: int) -> None:
        if number in self._runs:
            self._runs[number].overfilled()

    def _too_weak(self) -> Verdict | None:
        grade = self.grade
        if self._strict is None or grade is None:
            return None
        if _STRONGEST_FIRST.index(grade) <= _STRONGEST_FIRST.index(self._strict):
            return None
        text = say("evaluator.outcome.internal_strict", grade=grade, asked=self._strict)
        return Verdict(Outcome.INTERNAL, text)

    def _say(self, state: str) -> None:
        self.state = state
        if self.on_state:
            self.on_state(state)
