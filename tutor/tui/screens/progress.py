"""How the learner stands: what is due, what is known, how sure they were, a year of days."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.progress_text import duration, leech_lines, percent
from tutor.study.report import LessonReport, Report, report
from tutor.study.schedule import study_day
from tutor.text.messages import say
from tutor.tui.glance import bar
from tutor.tui.keymap import PROGRESS
from tutor.tui.pictures import study
from tutor.tui.screens.base import TutorScreen

if TYPE_CHECKING:
    from datetime import date

    from tutor.content.loader import Course
    from tutor.store.db import Store

_BAR = 8


class ProgressScreen(TutorScreen[None]):
    """One column of facts, each with the number of answers behind it."""

    HELP_KEY = "progress"
    CSS_PATH = "progress.tcss"
    AUTO_FOCUS = "#progress"
    BINDINGS: ClassVar[list[BindingType]] = list(PROGRESS)

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None

    def body(self) -> ComposeResult:
        """Filled once the store has answered."""
        yield Static(say("progress.screen.title"), id="progress-title")
        yield VerticalScroll(id="progress")

    def on_screen_resume(self) -> None:
        """Take a new look: a drill may lie between."""
        super().on_screen_resume()
        self.run_worker(self._look(), group="progress", exclusive=True)

    async def _look(self) -> None:
        app = self.tutor
        read = partial(read_report, course=app.course, day=study_day(app.parts.clock()))
        self._report = await app.recorder.call(read)
        await self._show()

    async def on_resize(self, event: events.Resize) -> None:
        """Bars and the year follow the width."""
        if self._report is not None:
            await self._show()

    async def _show(self) -> None:
        assert self._report is not None
        column = self.query_one("#progress", VerticalScroll)
        place = column.scroll_y
        await column.remove_children()
        await column.mount_all(self._parts(self._report, max(40, column.size.width - 4)))
        column.scroll_to(y=place, animate=False)

    def _parts(self, found: Report, width: int) -> Iterator[Static]:
        if found.empty:
            yield Static(say("progress.nothing"), classes="text")
            return
        marks = self.tutor.symbols
        yield _heading("progress.screen.due")
        yield Static(study.days_ahead(found.due, found.day), classes="text")
        yield Static("\n".join(_numbers(found)), classes="text")
        if found.misconceptions:
            words = say("progress.screen.wrong_ideas", n=len(found.misconceptions))
            yield Static(words, classes="text loud")
        yield _heading("progress.screen.year")
        yield Static(study.year(found.heatmap, width - 2, marks), classes="text")
        yield _heading("progress.screen.confidence")
        yield Static(self._confidence(found), classes="text")
        yield _heading("progress.screen.lessons")
        for lesson in found.lessons:
            yield Static(self._lesson(lesson, width), classes="text")
        if found.leeches:
            yield _heading("progress.screen.leeches")
            lines = leech_lines(found, self.tutor.course)
            yield Static(Content("\n".join(lines)), classes="text")

    def _confidence(self, found: Report) -> Content:
        stated = found.calibration
        if stated.brier is None:
            return Content.styled(say("progress.screen.no_confidence"), "$quiet")
        score = say("progress.screen.brier", score=f"{stated.brier:.2f}")
        picture = study.confidence(stated, self.tutor.symbols)
        return Content("\n").join([picture, Content.styled(score, "$quiet")])

    def _lesson(self, lesson: LessonReport, width: int) -> Content:
        done = say("tui.home.done", done=lesson.done, total=lesson.items)
        lines = [
            Content.assemble((f"{lesson.alias}  {lesson.title}", "bold"), (f"   {done}", "$quiet"))
        ]
        for one in lesson.objectives:
            filled, rest = bar(round(one.mastery.recall * 100), 100, _BAR, self.tutor.symbols)
            numbers = f" {percent(one.mastery.recall):>5}{one.mastery.answers:>6}  "
            indent = " " * (_BAR + len(numbers))
            text = f"\n{indent}".join(wrap(one.text, max(20, width - len(indent))))
            lines.append(Content.assemble((filled, "$accent"), (rest, "$quiet 40%"), numbers, text))
        return Content("\n").join(lines)

    def action_drill(self) -> None:
        """Review what is due."""
        self.tutor.open_drill()

    def action_ideas(self) -> None:
        """Show the wrong ideas that were met."""
        self.tutor.open_ideas()

    def action_back(self) -> None:
        """Back to where one came from."""
        self.dismiss()


def read_report(store: Store, *, course: Course, day: date) -> Report:
    """The report of ``day``; runs in the store's thread."""
    return report(course, store.cards(), store.states(), store.days(), store.seen_steps(), day)


def _heading(key: str) -> Static:
    return Static(say(key), classes="heading")


def _numbers(found: Report) -> Iterator[str]:
    streak = found.streak
    kept = say("progress.freeze" if streak.freeze else "progress.no_freeze")
    longest = say("progress.longest", n=streak.longest)
    yield f"{say('progress.streak', n=streak.days)} {kept}, {longest}"
    share = found.retention.share
    if share is not None:
        yield say("progress.retention", share=percent(share), n=found.retention.tested)
    yield say("progress.time", week=duration(found.week_ms), total=duration(found.total_ms))
