"""Pairs on standby: a warm zygote, one pair forked ahead, and another zygote when it dies."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable

from tutor.content.model import Limits
from tutor.evaluator.zygote_process import Line, ZygoteProcess

_log = logging.getLogger(__name__)

USUAL = Limits()
# Above this a pair on standby would meet its own limit on processor time first.
_USUAL_SECONDS = 30
# A zygote that dies as soon as it starts must not be started for ever.
_RESTARTS = 3


class Pool:
    """Hands out pairs. All methods and callbacks belong to one event loop."""

    def __init__(
        self,
        skip_layers: frozenset[str],
        on_state: Callable[[str], None],
        on_ended: Callable[[int, int | None, int | None], None],
        on_overfilled: Callable[[int], None],
    ) -> None:
        self.last_words = ""
        self.newest: Line | None = None  # of the last pair that came; tells what is in force
        self._skip = skip_layers
        self._on_state, self._on_ended = on_state, on_ended
        self._on_overfilled = on_overfilled
        self._state = "off"
        self._zygote: ZygoteProcess | None = None
        self._spare: Line | None = None
        self._ordered = False  # a pair for standby is on its way
        self._early_deaths = 0
        self._tokens = itertools.count(1)
        self._waiting: dict[int | None, list[asyncio.Future[Line]]] = {}
        self._out: set[int] = set()  # pairs handed out and not yet ended

    @property
    def pid(self) -> int | None:
        """Process id of the zygote."""
        return self._zygote.pid if self._zygote else None

    def start(self) -> None:
        """Spawn the zygote, unless there is one."""
        if self._zygote is None:
            self._zygote = ZygoteProcess(self._take, self._end, self._on_overfilled, self._death)
            self._ordered = True
            self._say("warming")

    def close(self) -> None:
        """End the zygote and all its children; who waits for a pair gets ConnectionError."""
        zygote, self._zygote = self._zygote, None
        self._drop_spare()
        if zygote:
            zygote.close()
        self._fail_waiting()
        self._say("off")

    def order(self, limits: Limits, *, files: bool) -> asyncio.Future[Line]:
        """A pair for these limits: the one on standby when it fits, else one forked for it."""
        future: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        if self._zygote is None:
            future.set_exception(ConnectionError())
        elif self._usual(limits, files=files):
            if self._spare:
                line, self._spare = self._spare, None
                self._out.add(line.number)
                future.set_result(line)
            else:
                self._waiting.setdefault(None, []).append(future)
                self.refill()
        else:
            token = next(self._tokens)
            self._waiting[token] = [future]
            self._zygote.order(
                do="fork",
                token=token,
                files=files,
                memory_mb=limits.memory_mb,
                cpu_seconds=int(limits.seconds) + 30,
                skip=sorted(self._skip),
            )
        return future

    def give_back(self, line: Line) -> None:
        """Return a pair that was not used."""
        self._out.discard(line.number)
        self._drop_spare()
        self._spare = line

    def refill(self) -> None:
        """Have the next pair forked, unless one stands by or is on its way."""
        if self._zygote and not self._spare and not self._ordered and not self._skip:
            self._ordered = True
            self._zygote.order(do="fork", standby=True)

    def kill(self, number: int) -> None:
        """End one pair, its learner's line told first."""
        if self._zygote:
            self._zygote.order(do="kill", run=number)

    def _usual(self, limits: Limits, *, files: bool) -> bool:
        standard = limits.memory_mb == USUAL.memory_mb and limits.seconds <= _USUAL_SECONDS
        return standard and not files and not self._skip

    # --- what the zygote says ---------------------------------------------------------------

    def _take(self, line: Line) -> None:
        self.newest = line
        self._early_deaths = 0
        if line.standby:
            self._ordered = False
        self._say("ready")
        queue = self._waiting.get(None if line.standby else line.token, [])
        while queue:
            future = queue.pop(0)
            if not future.done():
                self._out.add(line.number)
                future.set_result(line)
                if any(not waiting.done() for waiting in queue):
                    self.refill()
                return
        if not line.standby:
            line.close()
            return
        self._drop_spare()  # the zygote is warmer now: this pair is the better one
        self._spare = line

    def _end(self, number: int, learner: int | None, judge: int | None) -> None:
        if number in self._out:
            self._out.discard(number)
            self._on_ended(number, learner, judge)
        elif self._spare and self._spare.number == number:
            self._drop_spare()  # somebody killed a pair that stood by
            self.refill()

    def _death(self, last_words: str) -> None:
        _log.error("the zygote died: %s", last_words)
        self.last_words = last_words
        self._zygote = None
        self._drop_spare()
        for number in list(self._out):
            self._end(number, None, None)
        self._early_deaths = self._early_deaths + 1 if self._state == "warming" else 1
        if self._early_deaths > _RESTARTS:
            self._say("down")
            self._fail_waiting()
            return
        self.start()
        for token in [token for token in self._waiting if token is not None]:
            for future in self._waiting.pop(token):
                if not future.done():
                    future.set_exception(ConnectionError())

    def _drop_spare(self) -> None:
        if self._spare:
            self._spare.close()
            self._spare = None

    def _fail_waiting(self) -> None:
        for future in itertools.chain.from_iterable(self._waiting.values()):
            if not future.done():
                future.set_exception(ConnectionError())
        self._waiting.clear()

    def _say(self, state: str) -> None:
        changed, self._state = state != self._state, state
        if changed:
            self._on_state(state)
