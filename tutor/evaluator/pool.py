"""Pairs on standby: a warm zygote, one pair forked ahead, and another zygote when it dies."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from tutor.content.model import Limits
from tutor.evaluator.pairs import sweep_stale
from tutor.evaluator.zygote_process import Line, ZygoteProcess

_log = logging.getLogger(__name__)

USUAL = Limits()
# Above this a pair on standby would meet its own limit on processor time first.
_USUAL_SECONDS = 30
# A zygote that dies as soon as it starts must not be started for ever. The next submission tries
# again.
_RESTARTS = 3
# Each zygote counts its pairs from a multiple of this: a number means one pair, whoever forked it.
_NUMBERS = 1_000_000
# Processes killed with their zygote are gone by then; what they still wrote is swept as well.
_DYING_SECONDS = 0.3


class _Order(NamedTuple):
    """A pair that is not the usual one, asked of the zygote."""

    message: dict[str, Any]
    again: bool  # asked of a second zygote, since the first died of it or before it


class Pool:
    """Hands out pairs. All methods and callbacks belong to one event loop."""

    def __init__(
        self,
        skip_layers: frozenset[str],
        on_state: Callable[[str], None],
        on_ended: Callable[[int, int | None, int | None], None],
        on_overfilled: Callable[[int], None],
        *,
        rehearse: bool = True,
    ) -> None:
        self.last_words = ""
        self.newest: Line | None = None  # of the last pair that came; tells what is in force
        self._skip = skip_layers
        self._rehearse = rehearse
        self._on_state, self._on_ended = on_state, on_ended
        self._on_overfilled = on_overfilled
        self._state = "off"
        self._zygote: ZygoteProcess | None = None
        self._spare: Line | None = None
        self._ordered = False  # a pair for standby is on its way
        self._early_deaths = 0
        self._tokens = itertools.count(1)
        self._starts = itertools.count()
        self._waiting: dict[int | None, list[asyncio.Future[Line]]] = {None: []}
        self._orders: dict[int, _Order] = {}
        self._warmed: list[asyncio.Future[None]] = []
        self._out: set[int] = set()  # pairs handed out and not yet ended

    @property
    def pid(self) -> int | None:
        """Process id of the zygote."""
        return self._zygote.pid if self._zygote else None

    def start(self) -> None:
        """Spawn the zygote, unless there is one. Raises OSError when there can be none."""
        if self._zygote is None:
            if self._state == "down":
                self._early_deaths = 0
            self._zygote = ZygoteProcess(
                next(self._starts) * _NUMBERS,
                self._take,
                self._end,
                self._on_overfilled,
                self._death,
            )
            self._ordered = True
            self._say("warming")

    def close(self) -> None:
        """End the zygote and all its children; who waits for a pair gets ConnectionError."""
        zygote, self._zygote = self._zygote, None
        self._drop_spare()
        if zygote:
            zygote.close()
            sweep_stale()  # should it have had no time to
        self._fail_waiting()
        self._say("off")

    async def warmed(self) -> None:
        """Wait until everything is warm. Raises ConnectionError when that cannot be."""
        if self._zygote is None:
            raise ConnectionError
        if self._state != "ready":
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._warmed.append(future)
            await future

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
                self._waiting[None].append(future)
                self.refill()
        else:
            token = next(self._tokens)
            self._waiting[token] = [future]
            message = {
                "do": "fork",
                "token": token,
                "files": files,
                "memory_mb": limits.memory_mb,
                "cpu_seconds": int(limits.seconds) + 30,
                "skip": sorted(self._skip),
            }
            self._orders[token] = _Order(message, again=False)
            self._zygote.order(**message)
        return future

    def give_back(self, line: Line) -> None:
        """Return a pair that was not used."""
        if line.standby and line.number in self._out:
            self._drop_spare()
            self._spare = line
        else:
            line.close()
        self._out.discard(line.number)

    def refill(self) -> None:
        """Have the next pair forked, unless one stands by or is on its way."""
        if self._zygote and not self._spare and not self._ordered and not self._skip:
            self._ordered = True
            self._zygote.order(do="fork", standby=True, rehearse=self._rehearse)

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
        if line.warm:
            self._say("ready")
            self._settle(self._warmed, None)
        if line.token is not None:
            self._orders.pop(line.token, None)
        # A pair forked for one submission is of no use to another.
        queue = self._waiting[None] if line.standby else self._waiting.pop(line.token, [])
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
            if judge is None and learner is not None:
                return  # its judge is at work and will notice
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
        asyncio.get_running_loop().call_later(_DYING_SECONDS, sweep_stale)
        try:
            if self._early_deaths > _RESTARTS:
                raise OSError(last_words)
            self.start()
        except OSError as error:
            self.last_words = str(error)
            self._say("down")
            self._fail_waiting()
        else:
            self._ask_again()

    def _ask_again(self) -> None:
        assert self._zygote
        for token, order in list(self._orders.items()):
            if order.again:
                del self._orders[token]
                self._settle(self._waiting.pop(token, []), ConnectionError())
            else:
                self._orders[token] = order._replace(again=True)
                self._zygote.order(**order.message)

    def _drop_spare(self) -> None:
        if self._spare:
            self._spare.close()
            self._spare = None

    def _fail_waiting(self) -> None:
        self._settle(self._warmed, ConnectionError())
        for futures in self._waiting.values():
            self._settle(futures, ConnectionError())
        self._waiting = {None: []}
        self._orders.clear()

    @staticmethod
    def _settle(futures: list[asyncio.Future[Any]], error: Exception | None) -> None:
        for future in futures:
            if not future.done() and error:
                future.set_exception(error)
            elif not future.done():
                future.set_result(None)
        futures.clear()

    def _say(self, state: str) -> None:
        changed, self._state = state != self._state, state
        if changed:
            self._on_state(state)
