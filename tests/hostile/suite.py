"""Run hostile programs through the real evaluator and say what is wrong with each outcome.

    PYTHONPATH=. python tests/hostile/suite.py [--only NAME ...] [--group GROUP ...]

prints one JSON line a program. ``--skip LAYER`` leaves a layer of confinement out: only for
benchmarks/layers.py, which sees to it that nothing can be harmed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
from typing import Any, NamedTuple

import msgspec
from canary import ENVIRONMENT, SECRETS, Canary
from facts import gather
from programs import MARKER, Program, exercise, load, places

from tutor.evaluator.client import Evaluator
from tutor.evaluator.outcome import Verdict

HANG_SECONDS = 60.0  # beyond the program's own limit: then it counts as a hang
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Result(NamedTuple):
    """What came of one program; ``wrong`` is empty when all is as it must be."""

    program: Program
    verdict: Verdict | None
    wrong: list[str]


class Suite:
    """One evaluator and one canary for any number of programs."""

    def __init__(self, skip: frozenset[str] = frozenset()) -> None:
        self.canary = Canary()
        os.environ.update(ENVIRONMENT, HOME=str(self.canary.home))
        self.places = places(self.canary.places)
        self.evaluator = Evaluator(skip_layers=skip)
        self._zygote: int | None = None

    async def start(self) -> None:
        """Start the evaluator and wait until it stands by."""
        await self.evaluator.start()
        if not await self.evaluator.ready():
            raise RuntimeError("the evaluator cannot start")
        self._zygote = self.evaluator.pid

    async def close(self) -> None:
        """End the evaluator, and take the canary away."""
        await self.evaluator.close()
        self.canary.close()

    async def run(self, program: Program) -> Result:
        """Run one program and look at everything that it must not have touched."""
        source = program.source(self.places)
        streamed: list[str] = []
        try:
            verdict = await asyncio.wait_for(
                self._verdict(program, source, streamed), program.limits.seconds + HANG_SECONDS
            )
        except TimeoutError:
            return Result(program, None, ["hangs", *self._harm()])
        wrong = list(self._complaints(program, source, verdict, "".join(streamed)))
        return Result(program, verdict, wrong + self._harm())

    async def _verdict(self, program: Program, source: str, streamed: list[str]) -> Verdict:
        item = exercise(program)
        if item:
            return await self.evaluator.check(item, source, on_output=streamed.append)
        return await self.evaluator.run(
            source, limits=program.limits, files=program.files, on_output=streamed.append
        )

    def _complaints(self, program: Program, source: str, verdict: Verdict, streamed: str) -> Any:
        if verdict.outcome not in program.expect:
            yield f"outcome {verdict.outcome} instead of {'|'.join(program.expect)}"
        if program.line is not None and verdict.line != program.line:
            yield f"line {verdict.line} instead of {program.line}"
        if verdict.line is not None and not 1 <= verdict.line <= len(source.splitlines()):
            yield f"line {verdict.line} is not in the program"
        if not verdict.message:
            yield "no message"
        told = json.dumps(msgspec.to_builtins(verdict)) + streamed
        yield from (f"tells {secret}" for secret in (*SECRETS, MARKER) if secret in told)
        for field in ("message", "output", "traceback", "original"):
            if _OBEYED.search(getattr(verdict, field)):
                yield f"{field} has characters that a terminal obeys"
        if _OBEYED.search(streamed):
            yield "streams characters that a terminal obeys"

    def _harm(self) -> list[str]:
        harm = self.canary.harm()
        if self.evaluator.pid != self._zygote:
            harm.append("killed the zygote")
            self._zygote = self.evaluator.pid
        return harm


async def main() -> int:
    """Run what the arguments ask for; the exit status is 1 when anything is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--group", nargs="*", default=[])
    parser.add_argument("--skip", nargs="*", default=[])
    parser.add_argument("--facts", action="store_true", help="only what is seen from outside")
    asked = parser.parse_args()
    suite = Suite(frozenset(asked.skip))
    failed = 0
    try:
        await suite.start()
        if asked.facts:
            print(json.dumps(await gather(suite.evaluator)))
        for program in () if asked.facts else load():
            if (asked.only and program.name not in asked.only) or (
                asked.group and program.group not in asked.group
            ):
                continue
            result = await suite.run(program)
            failed += bool(result.wrong)
            print(json.dumps(_told(result)), flush=True)
    finally:
        await suite.close()
    return 1 if failed else 0


def _told(result: Result) -> dict[str, Any]:
    verdict = result.verdict
    told = {"name": result.program.name, "group": result.program.group, "wrong": result.wrong}
    if verdict:
        told |= {"outcome": verdict.outcome, "line": verdict.line, "ms": verdict.ms}
        told |= {"message": verdict.message[:300], "output": verdict.output[-300:]}
        told |= {"original": verdict.original[-600:]}
    return told


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
