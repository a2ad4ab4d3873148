"""The code of a page: its draft, running and checking it, and what came out of that."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets.text_area import Selection

from tutor.content.model import Exercise
from tutor.evaluator.outcome import Outcome, Verdict
from tutor.text.messages import say
from tutor.tui import lesson_run, records
from tutor.tui.lesson_flow import Page
from tutor.tui.widgets.editor import CodeEditor
from tutor.tui.widgets.prose import Prose
from tutor.tui.widgets.result import ResultPanel

if TYPE_CHECKING:
    from tutor.store.rows import ItemState
    from tutor.tui.screens.lesson import LessonScreen


class WorkPane(Vertical):
    """The editor above, the result beneath. One page's code is in it at a time."""

    def __init__(self) -> None:
        super().__init__(id="work")
        self._page: Page | None = None
        self._state: ItemState | None = None
        self._awaited = 0  # number of the run whose end is awaited; 0 for none
        self._started = 0
        self._typed = False  # the learner has changed this page's code, now or before

    def compose(self) -> ComposeResult:
        """Each in a container of its own, so that one of them can have the room alone."""
        with Vertical(id="code"):
            yield CodeEditor(id="editor")
        with Vertical(id="result"):
            yield ResultPanel(self.lesson.tutor.course.misconceptions, id="verdict")
            yield Prose(id="note")

    @property
    def editor(self) -> CodeEditor:
        """The learner's code."""
        return self.query_one("#editor", CodeEditor)

    @property
    def panel(self) -> ResultPanel:
        """What came out of it."""
        return self.query_one("#verdict", ResultPanel)

    @property
    def lesson(self) -> LessonScreen:
        """The screen around."""
        from tutor.tui.screens.lesson import LessonScreen

        assert isinstance(self.screen, LessonScreen)
        return self.screen

    # --- a page comes ----------------------------------------------------------------------

    async def show(self, page: Page) -> None:
        """Bring back the page's code and its last result as they were left."""
        self.keep_cursor()
        self._page = page
        self._over()  # a run of the page before goes on, and is recorded there
        self._typed = False
        shown = bool(page.code) and page.kind != "question"
        self.screen.set_class(not shown, "-no-code")
        self.screen.add_class("-no-result")
        if shown:
            await self.open()

    async def open(self) -> None:
        """Show the code of the page; of a question, once it has been answered."""
        page = self._page
        assert page is not None
        recorder = self.lesson.tutor.recorder
        draft = await recorder.call(lambda store: store.draft(page.item))
        self._state = await recorder.call(lambda store: store.state(page.item))
        if page is not self._page:
            return
        self.screen.remove_class("-no-code")
        self._typed = draft is not None
        text, cursor = (draft.text, draft.cursor) if draft else (page.code, (0, 0))
        self.editor.restore(text, cursor)
        if draft is None and page.gap:  # typing takes the place of the dots
            row, column = page.gap
            self.editor.selection = Selection((row, column), (row, column + 3))
        self._show_idle(page)
        await self._note("")
        if self._state.hints_used:
            self.screen.remove_class("-no-result")
        last = records.last_shown(draft, self._state)
        if last is not None:
            await self._show(*last)

    # --- running ---------------------------------------------------------------------------

    def start(self, *, graded: bool) -> None:
        """Run or check what is in the editor; a run in flight gives way."""
        evaluator = self.lesson.tutor.evaluator
        if evaluator is None:  # one that is down tries again with each submission
            self.notify(say("tui.lesson.not_ready"), severity="warning")
            return
        self._started += 1
        self._awaited = self._started
        self.editor.busy = True
        self.editor.clear_marks()
        self.panel.show_running(time.monotonic())
        self.screen.remove_class("-no-result")
        self.query_one("#note").add_class("-empty")
        if not self.screen.has_class("-wide"):
            self.lesson.show_pane("result")
        self.run_worker(self._run(self._started, graded), group="run")

    def stop(self) -> bool:
        """Stop the run in flight; False when there is none."""
        evaluator = self.lesson.tutor.evaluator
        if not self._awaited or evaluator is None:
            return False
        self.run_worker(evaluator.cancel(), group="cancel")
        return True

    def on_unmount(self) -> None:
        """Nothing runs on for a lesson that was left."""
        evaluator = self.lesson.tutor.evaluator
        if self._awaited and evaluator is not None:
            self._awaited = 0
            self.app.run_worker(evaluator.cancel(), group="cancel")

    async def _run(self, number: int, graded: bool) -> None:
        page, source, cursor = self._page, self.editor.text, self.editor.cursor
        tutor = self.lesson.tutor
        assert page is not None
        assert tutor.evaluator is not None

        def on_output(text: str) -> None:
            if number == self._awaited:
                self.panel.append_output(text)

        what = (tutor.evaluator, tutor.recorder, page, source, cursor)
        if graded:
            hints = self._state.hints_used if self._state else 0
            verdict = await lesson_run.check(*what, hints=hints, on_output=on_output)
            await self._look_again(page.item)
        else:
            verdict = await lesson_run.run(*what, on_output=on_output)
        if number != self._awaited:
            return  # another run, or another page, is on the screen
        self._over()
        if verdict is None:
            self._show_idle(page)
            self.notify(say("tui.lesson.cancelled"))
        else:
            await self._show(verdict, graded)

    def _over(self) -> None:
        self._awaited = 0
        self.editor.busy = False

    async def _look_again(self, item: str) -> None:
        tutor = self.lesson.tutor
        if self._page is not None and self._page.item == item:
            self._state = await tutor.recorder.call(lambda store: store.state(item))
        await tutor.look_again()

    async def _show(self, verdict: Verdict, graded: bool) -> None:
        page = self._page
        if page is None:
            return
        self.screen.remove_class("-no-result")
        item = page.exercise if graded else None
        if verdict.passed and not graded:
            # Its head says already that it ran through.
            verdict = msgspec.structs.replace(verdict, message="")
        state = self._state if page.exercise else None
        self.panel.show_verdict(verdict, item, state, own=self.editor.text)
        if verdict.line is not None and verdict.outcome is not Outcome.PASSED:
            self.editor.mark_line(verdict.line, verdict.message.partition("\n")[0])
        await self._note(getattr(page.task, "note", "") if verdict.passed else "")

    def _show_idle(self, page: Page) -> None:
        # Without an exercise there is no record either: the panel would keep the one before.
        self.panel.show_idle(page.exercise, self._state if page.exercise else None)

    async def _note(self, text: str) -> None:
        note = self.query_one("#note", Prose)
        note.set_class(not text, "-empty")
        await note.update(text)

    # --- what the learner did --------------------------------------------------------------

    @on(CodeEditor.Edited)
    def _edited(self, event: CodeEditor.Edited) -> None:
        event.stop()
        if self._page is not None:
            self._typed = True
            recorder = self.lesson.tutor.recorder
            recorder.draft_soon(self._page.item, event.text, event.cursor)

    @on(CodeEditor.Left)
    def _left(self, event: CodeEditor.Left) -> None:
        event.stop()
        self.lesson.show_pane("read")

    @on(ResultPanel.HintAsked)
    async def _hinted(self, event: ResultPanel.HintAsked) -> None:
        event.stop()
        if isinstance(event.item, Exercise):
            await self.lesson.tutor.recorder.record(records.hint(event.item, event.n))
            await self._look_again(event.item.id)

    @on(ResultPanel.RevealAsked)
    async def _revealed(self, event: ResultPanel.RevealAsked) -> None:
        event.stop()
        await self.lesson.tutor.recorder.record(records.reveal(event.item))
        await self._look_again(event.item.id)

    @on(ResultPanel.Retry)
    def _retry(self, event: ResultPanel.Retry) -> None:
        event.stop()
        self.start(graded=True)

    def hint(self) -> None:
        """Show the next hint, and the pane it is in."""
        self._turn_to_result()
        self.panel.action_hint()

    def solution(self) -> None:
        """Show the solution; the panel asks first when that would be giving up."""
        self._turn_to_result()
        self.panel.action_solution()

    def _turn_to_result(self) -> None:
        self.screen.remove_class("-no-result")
        if self.lesson.pane != "result":
            self.lesson.show_pane("result")

    def keep_cursor(self) -> None:
        """Write down where the cursor is, where there is a draft for it to be in."""
        page = self._page
        if page is not None and self._typed:
            recorder = self.lesson.tutor.recorder
            recorder.draft_soon(page.item, self.editor.text, self.editor.cursor)

    def restore(self) -> None:
        """Bring the original code back, as one edit, so that undo brings the learner's."""
        if self._page is None:
            return
        editor = self.editor
        editor.replace(self._page.code, (0, 0), editor.document.end)
        self.notify(say("tui.lesson.original"))
