"""What the app and the command line hold: start, check, run, cancel, close.

    evaluator = Evaluator(log=path)
    await evaluator.start()                      # returns at once; torch is imported elsewhere
    verdict = await evaluator.check(exercise, source, on_output=print)
    await evaluator.close()

Nothing here imports torch, and nothing here forks. A fault of ours never raises: it comes back as a
verdict with outcome ``internal``, and its details are in the log.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable

import msgspec

from tutor.content.model import Exercise, Fix, Limits
from tutor.evaluator import wire
from tutor.evaluator.confine.policy import grade as grade_of
from tutor.evaluator.outcome import Grade, Outcome, Verdict
from tutor.evaluator.run import Run, RunCancelled, jobs
from tutor.evaluator.zygote_process import Line, ZygoteProcess
from tutor.text.messages import say

__all__ = ["Evaluator", "RunCancelled"]

_log = logging.getLogger(__name__)
_STANDBY_LIMITS = Limits()
# A zygote that dies as soon as it starts must not be started for ever.
_RESTARTS = 3
_STRONGEST_FIRST = list(Grade)


class Evaluator:
    """One warm evaluator. All methods belong to one event loop."""

    def __init__(
        self, *, strict: Grade | None = None, skip_layers: frozenset[str] = frozenset()
    ) -> None:
        """Hold no process yet.

        Args:
            strict: refuse to run anything where the machine enforces less than this.
            skip_layers: layers of confinement left out; for the layer experiment only.
        """
        self.state = "off"
        self.grade: Grade | None = None
        self.layers: frozenset[str] = frozenset()
        self.landlock_abi = 0
        self.on_state: Callable[[str], None] | None = None
        self._strict = strict
        self._skip = skip_layers
        self._zygote: ZygoteProcess | None = None
        self._spare: Line | None = None
        self._ordered = False
        self._early_deaths = 0
        self._last_words = ""
        self._tokens = itertools.count(1)
        self._wanted: dict[int | None, list[asyncio.Future[Line]]] = {}
        self._runs: dict[int, Run] = {}
        self._alone: Run | asyncio.Future[Line] | None = None

    # --- life -----------------------------------------------------------------------------

    async def start(self) -> None:
        """Spawn the zygote and return at once; ``state`` goes from warming to ready by itself."""
        if self._zygote is None:
            self._zygote = ZygoteProcess(self._take_pair, self._take_end, self._take_death)
            self._ordered = True
            self._say("warming")

    async def ready(self) -> bool:
        """Wait until a pair stands by; False when the evaluator cannot start."""
        try:
            line = await self._pair(_STANDBY_LIMITS, files=False)
        except ConnectionError:
            return False
        self._spare = line
        return True

    async def close(self) -> None:
        """End everything. Nothing is left behind."""
        await self.cancel()
        for run in list(self._runs.values()):
            run.cancel()
        await asyncio.sleep(0)
        zygote, self._zygote = self._zygote, None
        if self._spare:
            self._spare.close()
            self._spare = None
        if zygote:
            zygote.close()
        self._fail_waiting()
        self._say("off")

    @property
    def pid(self) -> int | None:
        """Process id of the zygote."""
        return self._zygote.pid if self._zygote else None

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
        return await self._do(kind, item, source, item.limits, files, seed, on_output, alone)

    async def run(
        self,
        source: str,
        *,
        on_output: Callable[[str], None] | None = None,
        limits: Limits | None = None,
        files: bool = False,
        alone: bool = True,
    ) -> Verdict:
        """Run a program, ungraded: outcome ``passed`` when it ran through. Raises RunCancelled."""
        limits = limits or _STANDBY_LIMITS
        return await self._do("run", None, source, limits, files, None, on_output, alone)

    async def cancel(self) -> None:
        """End the run in flight, if there is one."""
        current, self._alone = self._alone, None
        if current is not None:
            current.cancel()
            await asyncio.sleep(0)

    async def _do(
        self,
        kind: str,
        item: Exercise | Fix | None,
        source: str,
        limits: Limits,
        files: bool,
        seed: int | None,
        on_output: Callable[[str], None] | None,
        alone: bool,
    ) -> Verdict:
        started = time.monotonic()
        if alone:
            await self.cancel()
        try:
            frames = jobs(kind, item, source, limits, seed)
        except wire.WireError:
            limit = wire.MAX_HEADER // 4
            verdict = Verdict(Outcome.ERROR, say("evaluator.outcome.too_long", limit=limit))
        else:
            try:
                verdict = await self._through_a_pair(frames, limits, files, on_output, alone)
            except ConnectionError:
                reason = self._last_words.strip().splitlines()[-1:] or [""]
                text = say("evaluator.outcome.internal_start", reason=reason[0])
                verdict = Verdict(Outcome.INTERNAL, text)
        return msgspec.structs.replace(
            verdict,
            ms=round((time.monotonic() - started) * 1000),
            sandbox=self.grade.value if self.grade else "",
        )

    async def _through_a_pair(
        self,
        frames: tuple[bytes, bytes],
        limits: Limits,
        files: bool,
        on_output: Callable[[str], None] | None,
        alone: bool,
    ) -> Verdict:
        await self.start()
        line = await self._pair(limits, files=files, alone=alone)
        refusal = self._too_weak()
        if refusal:
            line.close()
            return refusal
        run = Run(line, limits, self._kill, on_output)
        self._runs[line.number] = run
        if alone:
            self._alone = run
        try:
            verdict = await run.finish(*frames)
        finally:
            if self._alone is run:
                self._alone = None
            if self._runs.get(line.number) is run:
                del self._runs[line.number]
            self._refill()
        if verdict.outcome is Outcome.INTERNAL:
            _log.error("internal: %s %s\n%s", verdict.message, verdict.original, run.fault)
            if not verdict.message:
                verdict = msgspec.structs.replace(
                    verdict, message=say("evaluator.outcome.internal")
                )
        return verdict

    # --- pairs ----------------------------------------------------------------------------

    async def _pair(self, limits: Limits, *, files: bool, alone: bool = False) -> Line:
        """A pair for these limits: the spare one when it fits, else one forked for it."""
        if self._zygote is None:
            raise ConnectionError
        usual = (
            not files
            and not self._skip
            and limits.memory_mb == _STANDBY_LIMITS.memory_mb
            and limits.seconds <= 30
        )
        if usual and self._spare:
            line, self._spare = self._spare, None
            return line
        token = None if usual else next(self._tokens)
        future: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        self._wanted.setdefault(token, []).append(future)
        if alone:
            self._alone = future
        if not usual:
            self._zygote.order(
                do="fork",
                token=token,
                files=files,
                memory_mb=limits.memory_mb,
                cpu_seconds=int(limits.seconds) + 30,
                skip=sorted(self._skip),
            )
        else:
            self._refill()
        try:
            return await future
        except asyncio.CancelledError:
            if future.cancelled():
                raise RunCancelled from None
            raise

    def _refill(self) -> None:
        if self._zygote and not self._spare and not self._ordered and not self._skip:
            self._ordered = True
            self._zygote.order(do="fork", standby=True)

    def _take_pair(self, line: Line) -> None:
        self.layers, self.landlock_abi = line.layers, line.landlock_abi
        self.grade = grade_of(line.layers, line.landlock_abi)
        self._early_deaths = 0
        self._say("ready")
        if line.standby:
            self._ordered = False
        queue = self._wanted.get(None if line.standby else line.token, [])
        while queue:
            future = queue.pop(0)
            if not future.done():
                future.set_result(line)
                if line.standby and any(not f.done() for f in queue):
                    self._refill()
                return
        if not line.standby:
            line.close()
            return
        if self._spare:  # the zygote is warmer now: this pair is the better one
            self._spare.close()
        self._spare = line

    def _take_end(self, number: int, learner: int | None, judge: int | None) -> None:
        if number in self._runs:
            self._runs[number].ended(learner, judge)
        elif self._spare and self._spare.number == number:
            self._spare.close()  # somebody killed a pair that stood by
            self._spare = None
            self._refill()

    def _take_death(self, last_words: str) -> None:
        _log.error("the zygote died: %s", last_words)
        self._last_words = last_words
        self._zygote = None
        self._ordered = False
        if self._spare:
            self._spare.close()
            self._spare = None
        for run in list(self._runs.values()):
            run.ended(None, None)
        self._early_deaths = self._early_deaths + 1 if self.state == "warming" else 1
        if self._early_deaths > _RESTARTS:
            self._say("down")
            self._fail_waiting()
            return
        self._say("warming")
        self._zygote = ZygoteProcess(self._take_pair, self._take_end, self._take_death)
        self._ordered = True
        self._wanted = {token: waiting for token, waiting in self._wanted.items() if token is None}

    def _fail_waiting(self) -> None:
        for futures in self._wanted.values():
            for future in futures:
                if not future.done():
                    future.set_exception(ConnectionError())
        self._wanted.clear()

    def _kill(self, number: int) -> None:
        if self._zygote:
            self._zygote.order(do="kill", run=number)

    # --- what is enforced -----------------------------------------------------------------

    def _too_weak(self) -> Verdict | None:
        if self._strict is None or self.grade is None:
            return None
        if _STRONGEST_FIRST.index(self.grade) <= _STRONGEST_FIRST.index(self._strict):
            return None
        text = say("evaluator.outcome.internal_strict", grade=self.grade, asked=self._strict)
        return Verdict(Outcome.INTERNAL, text)

    def _say(self, state: str) -> None:
        changed, self.state = state != self.state, state
        if changed and self.on_state:
            self.on_state(state)
