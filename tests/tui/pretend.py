"""A small course, the real store, and a double for the evaluator: what the pilots fly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tutor.content.loader import load_course
from tutor.evaluator.client import RunCancelled
from tutor.evaluator.outcome import Difference, Grade, Outcome, Verdict
from tutor.paths import Folders
from tutor.settings import Loaded, Settings
from tutor.store.db import Store
from tutor.tui.app import TutorApp
from tutor.tui.parts import Parts, open_learner

COURSE = Path(__file__).parent / "course"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WIDE, SMALL = (120, 40), (80, 24)

PASSED = Verdict(Outcome.PASSED, "It does what was asked.", ms=20, passed_probes=1, probes=1)
WRONG = Verdict(
    Outcome.WRONG,
    "You took one away.",
    probe="adds one",
    misconception="minus-for-plus",
    line=2,
    ms=20,
    call="add_one(2)",
    difference=Difference("value", "result", "3", "1"),
    probes=1,
)
UNTOUCHED = Verdict(Outcome.NOT_ATTEMPTED, "Nothing written yet.", ms=1)


class PretendEvaluator:
    """A double for tests of the screens: it runs no code and looks for words in the source.

    ``x + 1`` passes, ``...`` is untouched, ``hang`` runs until it is cancelled, all else is wrong.
    The real evaluator has its own tests.
    """

    def __init__(self) -> None:
        self.state = "off"
        self.grade: Grade | None = None
        self.on_state: Callable[[str], None] | None = None
        self.asked: list[str] = []
        self._hanging: asyncio.Future[None] | None = None

    async def start(self) -> None:
        self.grade = Grade.FULL
        self.state = "ready"
        if self.on_state:
            self.on_state("ready")

    async def check(self, item: Any, source: str, **_: Any) -> Verdict:
        self.asked.append("check")
        await self._maybe_hang(source)
        if "x + 1" in source:
            return PASSED
        return UNTOUCHED if "..." in source else WRONG

    async def run(
        self, source: str, *, on_output: Callable[[str], None] | None = None, **_: Any
    ) -> Verdict:
        self.asked.append("run")
        await self._maybe_hang(source)
        if on_output:
            on_output("2\n")
        return Verdict(Outcome.PASSED, "Ran through.", output="2\n", ms=20)

    async def cancel(self) -> None:
        if self._hanging and not self._hanging.done():
            self._hanging.cancel()

    async def close(self) -> None:
        await self.cancel()
        self.state = "off"

    async def _maybe_hang(self, source: str) -> None:
        if "hang" not in source:
            return
        self._hanging = asyncio.get_running_loop().create_future()
        try:
            await self._hanging
        except asyncio.CancelledError:
            raise RunCancelled from None


@dataclass
class House:
    """Makes apps over one learner's folders, as one start after another."""

    home: Path
    course: Path = COURSE
    evaluator: PretendEvaluator = field(default_factory=PretendEvaluator)

    @property
    def folders(self) -> Folders:
        return Folders.under(self.home)

    def app(self, *, env: dict[str, str] | None = None, **settings: Any) -> TutorApp:
        self.evaluator = PretendEvaluator()
        chosen = Settings(**{"motion": "off", "symbols": "unicode", **settings})
        return TutorApp(
            Parts(
                course=load_course(self.course),
                folders=self.folders,
                open_store=partial(open_learner, self.folders),
                make_evaluator=lambda: self.evaluator,  # type: ignore[arg-type, return-value]
                settings=Loaded(chosen),
                clock=lambda: NOW,
                env=env or {"LANG": "C.UTF-8"},
            )
        )

    def store(self) -> Store:
        """The learner's records, to look at or to prepare."""
        return open_learner(self.folders)


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until the store's thread, workers and messages have nothing left to do."""
    app = pilot.app
    assert isinstance(app, TutorApp)
    for _ in range(4):
        await pilot.pause()
        await app.recorder.settle()
        await app.workers.wait_for_complete(
            [worker for worker in app.workers if worker.group not in ("run",)]
        )
    await pilot.pause()


def text_of(app: TutorApp) -> str:
    """What is on the screen, as lines of text."""
    height = app.size.height
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(s.text for s in line).rstrip() for line in lines[:height])
