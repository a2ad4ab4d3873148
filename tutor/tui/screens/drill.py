"""The drill: one question or exercise a screen, the verdict at once, and when it comes back."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static

from tutor.asking import asked_now
from tutor.content.model import Exercise, Fix, Question
from tutor.drilling import WORDS, dates_by_rating, draft_name, lesson_title
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.store.events import NewEvent
from tutor.study.grading import grade
from tutor.study.schedule import study_day
from tutor.study.session import Drill, Mode
from tutor.text.messages import say
from tutor.tui import records
from tutor.tui.glance import bar
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.drill_end import EndView, choice_of
from tutor.tui.widgets.editor import CodeEditor
from tutor.tui.widgets.exercise import ExerciseView
from tutor.tui.widgets.look import key
from tutor.tui.widgets.question import QuestionView
from tutor.tui.widgets.questions.coding import CodeBody
from tutor.tui.widgets.ratings import RatingRow
from tutor.tui.widgets.result import ResultPanel

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.store.rows import RatingWord

_BAR = 10


class DrillScreen(TutorScreen[None]):
    """Asks what is due, or what the learner chose to practise.

    Args:
        mode: what to ask; what is due today when left out.
        random: for the order of options and for fresh numbers.
    """

    CSS_PATH = "drill.tcss"
    HELP_KEY = "drill"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(key(f"drill.{word}", str(n), f"rate('{word}')") for n, word in enumerate(WORDS, 1)),
        key("drill.undo", "u", "undo", show=True),
        # An editor would select a line with F6.
        key("drill.skip", "f6", "skip", show=True, priority=True),
        key("drill.back", "escape", "back", show=True),
    ]

    def __init__(self, mode: Mode | None = None, *, random: Random | None = None) -> None:
        super().__init__()
        self._mode = mode
        self._random = random or Random()
        self._drill: Drill | None = None
        self._hints = 0
        self._busy = asyncio.Lock()  # one answer, undo or skip after the other

    def body(self) -> ComposeResult:
        """The session's progress, the item, the rating."""
        with Horizontal(id="drill-head"):
            yield Static(say("widgets.drill.title"), id="drill-title")
            yield Static(id="drill-progress")
        yield VerticalScroll(id="drill-body")
        with Vertical(id="drill-foot"):
            yield RatingRow()

    def on_mount(self) -> None:
        """Choose what to ask, once the store is open."""
        self.query_one("#drill-body").can_focus = False
        self.run_worker(self._begin(self._mode), group="drill")

    async def _begin(self, mode: Mode | None) -> None:
        async with self._busy:
            app = self.tutor
            snapshot = await app.recorder.call(lambda store: store.snapshot())
            start = partial(
                Drill.start,
                app.course,
                snapshot,
                day=study_day(app.parts.clock()),
                cap=app.settings.reviews_a_day,
                mode=mode,
                random=self._random,
            )
            self._drill = await asyncio.to_thread(start)
            await self._show_current()

    # --- showing ---------------------------------------------------------------------------

    async def _show_current(self) -> None:
        drill = self._drill
        assert drill is not None
        item = drill.current
        self._hints = 0
        self.remove_class("-rated")
        if item is None:
            await self._replace(EndView(drill, self.tutor.course))
            self.query_one("#drill-title", Static).update(say("widgets.drill.title"))
        else:
            await self._replace(await self._asking(item))
            self.query_one("#drill-title", Static).update(lesson_title(self.tutor.course, item.id))
        self._show_progress()

    async def _asking(self, item: Exercise | Question) -> Widget:
        assert self._drill is not None
        code = ""
        if isinstance(item, Exercise | Fix):
            name = draft_name(item)
            draft = await self.tutor.recorder.call(lambda store: store.draft(name))
            code = draft.text if draft else ""
        if isinstance(item, Exercise):
            return ExerciseView(item, check=self._check, code=code)
        seed = self._drill.seed
        question = await asked_now(self.tutor.course, self.tutor.evaluator, item, seed)
        return QuestionView(question, seed, check=self._check, code=code)

    async def _replace(self, widget: Widget) -> None:
        body = self.query_one("#drill-body", VerticalScroll)
        with self.app.batch_update():
            await body.remove_children()
            await body.mount(widget)
        body.scroll_home(animate=False)

    def _show_progress(self) -> None:
        drill = self._drill
        if drill is None or not drill.total:
            return
        done = drill.total - drill.remaining
        full, rest = bar(done, drill.total, _BAR, self.tutor.symbols)
        self.query_one("#drill-progress", Static).update(
            Content.assemble(
                say("widgets.drill.progress", n=done, total=drill.total),
                "  ",
                (full, "$accent"),
                (rest, "$quiet"),
            )
        )

    def _show_rating(self) -> None:
        drill = self._drill
        dates = dates_by_rating(drill) if drill else None
        if drill is None or drill.rating is None or dates is None:
            return
        self.query_one(RatingRow).show(dates, drill.day, drill.rating)
        self.add_class("-rated")
        # The rating takes room from what is above it.
        for link in self.query("#question-next, #exercise-next"):
            link.call_after_refresh(link.scroll_visible, animate=False)

    # --- answers ---------------------------------------------------------------------------

    @on(QuestionView.Answered)
    async def _answered(self, event: QuestionView.Answered) -> None:
        event.stop()
        async with self._busy:
            if not self._is_asked(event.question):
                return
            assert self._drill is not None
            if event.verdict is not None:
                await self._judged(event.question, event.given, event.verdict, event.sure)
                return
            graded = grade(event.question, event.given)
            event.view.show_graded(graded)
            events = self._drill.answer(graded, event.sure, event.seconds, given=event.given)
            await self._record(events)

    @on(ExerciseView.Judged)
    async def _exercise_judged(self, event: ExerciseView.Judged) -> None:
        event.stop()
        async with self._busy:
            if self._is_asked(event.exercise):
                await self._judged(event.exercise, event.code, event.verdict, None)

    async def _judged(
        self, item: Exercise | Question, code: str, verdict: Verdict, sure: float | None
    ) -> None:
        assert self._drill is not None
        events = self._drill.answer(verdict, sure, code=code, hints=self._hints)
        if verdict.passed:
            self.tutor.recorder.draft_soon(draft_name(item), "", (0, 0))
            await self._record(events)
        elif events:
            await self.tutor.recorder.record(*events)

    def _is_asked(self, item: Exercise | Question) -> bool:
        """Whether an answer is to the item that the drill asks: no answer counts twice."""
        current = self._drill.current if self._drill else None
        return current is not None and current.id == item.id

    async def _record(self, events: list[NewEvent]) -> None:
        if events:
            await self.tutor.recorder.record(*events)
            self._show_rating()
            self._show_progress()
            self.run_worker(self.tutor.look_again(), group="learner")

    async def _check(
        self, item: Fix | Exercise, code: str, print_to: Callable[[str], None]
    ) -> Verdict | None:
        from tutor.evaluator.client import RunCancelled

        evaluator = self.tutor.evaluator
        if evaluator is None:
            return Verdict(Outcome.INTERNAL, say("widgets.drill.no_evaluator"))
        try:
            return await evaluator.check(item, code, on_output=print_to)
        except RunCancelled:
            return None

    @on(CodeBody.CancelAsked)
    def _cancel(self, event: CodeBody.CancelAsked) -> None:
        event.stop()
        if self.tutor.evaluator is not None:
            self.run_worker(self.tutor.evaluator.cancel(), group="cancel")

    @on(CodeEditor.Edited)
    def _edited(self, event: CodeEditor.Edited) -> None:
        event.stop()
        item = self._drill.current if self._drill else None
        if item is not None:
            self.tutor.recorder.draft_soon(draft_name(item), event.text, event.cursor)

    @on(ResultPanel.HintAsked)
    def _hinted(self, event: ResultPanel.HintAsked) -> None:
        event.stop()
        self._hints = max(self._hints, event.n)
        if isinstance(event.item, Exercise):
            self.tutor.recorder.record_soon(records.hint(event.item, event.n))

    @on(ResultPanel.RevealAsked)
    async def _given_up(self, event: ResultPanel.RevealAsked) -> None:
        event.stop()
        async with self._busy:
            if self._drill is not None and self._is_asked(event.item):
                await self._record(self._drill.reveal())

    # --- going on --------------------------------------------------------------------------

    @on(QuestionView.Next)
    @on(ExerciseView.Next)
    async def _next(self, event: QuestionView.Next | ExerciseView.Next) -> None:
        event.stop()
        async with self._busy:
            if event.view.is_attached:
                await self._show_current()

    @on(RatingRow.Chosen)
    async def _rated(self, event: RatingRow.Chosen) -> None:
        event.stop()
        await self.action_rate(event.rating)

    async def action_rate(self, word: RatingWord) -> None:
        """Rate the last answer oneself."""
        async with self._busy:
            if self._drill is not None and self.has_class("-rated") and self._drill.rating != word:
                await self._record(self._drill.override(word))

    async def action_undo(self) -> None:
        """Take the last answer or skip back, and ask it again."""
        async with self._busy:
            if self._drill is not None and self._drill.can_undo:
                events = self._drill.undo()
                if events:
                    await self.tutor.recorder.record(*events)
                    self.run_worker(self.tutor.look_again(), group="learner")
                await self._show_current()

    async def action_skip(self) -> None:
        """Leave this item for another day; after a verdict, go on."""
        async with self._busy:
            if self._drill is None or self._drill.current is None:
                return
            if not self._answered_already():
                self._drill.skip()
            await self._show_current()

    def action_back(self) -> None:
        """Leave the drill; everything that was answered is recorded."""
        self.dismiss()

    def _answered_already(self) -> bool:
        views = self.query("QuestionView, ExerciseView")
        return any(getattr(view, "done", False) for view in views)

    @on(OptionList.OptionSelected)
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        mode = choice_of(event.option_id)
        if mode is None:
            self.dismiss()
        else:
            await self._begin(mode)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show the keys that mean something now."""
        drill = self._drill
        if action == "undo":
            return drill is not None and drill.can_undo
        if action == "skip":
            return drill is not None and drill.current is not None
        if action == "rate":
            return self.has_class("-rated")
        return True
