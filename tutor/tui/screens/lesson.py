"""A lesson: one page at a time, with the outline, the prose, the code and its result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import OptionList, Static

from tutor.content.model import Exercise, Lesson, Question
from tutor.store.rows import Place
from tutor.text.messages import say
from tutor.tui import lesson_flow, records
from tutor.tui.keymap import LESSON
from tutor.tui.lesson_flow import Page
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.lesson_asking import AskPane
from tutor.tui.screens.lesson_work import WorkPane
from tutor.tui.widgets.lesson_frame import LessonHeading, PaneTabs, ReadPane
from tutor.tui.widgets.outline import Outline
from tutor.tui.widgets.prose import Prose

Pane = Literal["read", "code", "result", "outline"]
_FOCUS = {"code": "#editor", "result": "#verdict", "outline": "#outline"}


class LessonScreen(TutorScreen[None]):
    """One lesson.

    Args:
        lesson: the lesson, whole.
        questions: of its quiz file.
        step: key of the page to begin at, if any.
        item: exercise or question to begin at, if any.
    """

    HELP_KEY = "lesson"
    CSS_PATH = "lesson.tcss"
    AUTO_FOCUS = "#read"
    BINDINGS: ClassVar[list[BindingType]] = list(LESSON)

    def __init__(
        self, lesson: Lesson, questions: Sequence[Question], *, step: str = "", item: str = ""
    ) -> None:
        super().__init__(classes="-no-code -no-result -show-read")
        self.lesson = lesson
        self.pages = lesson_flow.pages(lesson, questions)
        self.at = 0
        self.pane: Pane = "read"
        self._begin = (step, item)

    def body(self) -> ComposeResult:
        """Heading, tabs for narrow terminals, and the panes."""
        yield LessonHeading(id="heading")
        yield PaneTabs(id="tabs")
        with Horizontal(id="panes"):
            yield Outline(id="outline", compact=True)
            with ReadPane(id="read", can_focus=True):
                yield Static(id="step-title")
                yield Prose(id="prose")
                yield AskPane()
            yield WorkPane()

    async def on_mount(self) -> None:
        """Go where the learner was, or where they asked to go."""
        step, item = self._begin
        if not step and not item:
            place = self.tutor.learner.place
            if place is not None and place.lesson == self.lesson.id:
                step, item = place.step, place.item
        at, question = lesson_flow.where(self.pages, step=step, item=item)
        await self.go(at, question)

    # --- pages -----------------------------------------------------------------------------

    @property
    def work(self) -> WorkPane:
        """Code and result."""
        return self.query_one(WorkPane)

    @property
    def asking(self) -> AskPane:
        """Questions, and what comes after the last page."""
        return self.query_one(AskPane)

    @property
    def page(self) -> Page:
        """The page on the screen."""
        return self.pages[self.at]

    async def go(self, at: int, question: Question | None = None) -> None:
        """Show a page; of the quiz, at a certain question when one is given."""
        self.at = at
        page = self.page
        self.query_one("#step-title", Static).update(Content(page.title))
        await self.query_one("#prose", Prose).update(_prose(page))
        await self.work.show(page)
        await self.asking.show(page, question)
        self.show_pane("read")
        self.call_after_refresh(self.query_one("#read").scroll_home, animate=False)
        self.record_place(question.id if question else page.item)
        self.draw()

    def record_place(self, item: str) -> None:
        """Write down that the learner is here."""
        if "/" in item:
            item = ""  # a step's own code is no item of the course
        tutor, step = self.tutor, self.page.key
        tutor.learner = tutor.learner.moved(Place(self.lesson.id, step, item))
        tutor.recorder.record_soon(*records.been_at(self.lesson.id, step, item))

    def draw(self) -> None:
        """Show where one is and how the pages stand."""
        learner = self.tutor.learner
        seen = learner.seen.get(self.lesson.id, ())
        standing = [lesson_flow.mark(page, learner.states, seen) for page in self.pages]
        self.query_one(Outline).show(self.pages, standing, self.at)
        self.query_one(LessonHeading).show(self.lesson, self.at + 1, len(self.pages))
        self._draw_tabs()
        self.refresh_bindings()

    def keep(self) -> None:
        """The draft was saved as it was typed; the cursor is saved when one goes."""
        if self.is_attached and self.query(WorkPane):
            self.work.keep_cursor()

    def learner_changed(self) -> None:
        """An answer may have changed the marks."""
        super().learner_changed()
        if self.query("#outline"):
            self.draw()

    @on(OptionList.OptionSelected, "#outline")
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.go(event.option_index)

    # --- panes -----------------------------------------------------------------------------

    def show_pane(self, pane: Pane, *, focus: bool = True) -> None:
        """Turn to a pane; side by side, this only moves the focus."""
        if pane in ("code", "result") and self.has_class("-no-code"):
            pane = "read"
        self.pane = pane
        for name in ("read", "code", "result", "outline"):
            self.set_class(name == pane, f"-show-{name}")
        self._draw_tabs()
        if not focus:
            return
        if pane == "read":
            # Whether all of the page is in view is known once it has been laid out.
            self.call_after_refresh(self._begin_reading)
        else:
            self.set_focus(self.query_one(_FOCUS[pane]))

    def _begin_reading(self) -> None:
        """Give the keyboard to what is asked, if all of the page is in view; else to the prose."""
        read, asked = self.query_one("#read"), self.asking.first()
        if self.pane == "read" and asked is not None and read.max_scroll_y == 0:
            self.set_focus(asked)
        elif self.pane == "read":
            self.rest()

    def rest(self) -> None:
        """Give the keyboard to the prose, where single letters are keys again."""
        self.set_focus(self.query_one("#read"))

    def action_show_pane(self, pane: Pane) -> None:
        """A tab was clicked."""
        self.show_pane(pane)

    def _draw_tabs(self) -> None:
        panes = () if self.has_class("-no-code") else ("read", "code", "result")
        self.query_one(PaneTabs).show(panes, self.pane)

    def on_resize(self, event: events.Resize) -> None:
        """Titles in the outline are cut to its width."""
        self.call_after_refresh(self.draw)

    # --- keys ------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what this page has."""
        task = self.page.task
        code = not self.has_class("-no-code")
        offered = {
            "check": code and self.page.exercise is not None,
            "run": code,
            "answer": self.asking.is_open and self.focused is self.query_one("#read"),
            "hint": isinstance(task, Exercise) and bool(task.hints),
            "solution": isinstance(task, Exercise),
            "restore": code or self.page.kind == "question",
            "editor": code,
            "next_pane": code,
            "next_step": self.at + 1 < len(self.pages),
            "previous_step": self.at > 0,
        }
        return offered.get(action, True)

    async def action_next_step(self) -> None:
        """The next page."""
        await self.go(self.at + 1)

    async def action_previous_step(self) -> None:
        """The page before."""
        await self.go(self.at - 1)

    def action_answer(self) -> None:
        """Go to the question on the page."""
        self.set_focus(self.asking.first())

    def action_check(self) -> None:
        """Check what is in the editor."""
        self.work.start(graded=True)

    def action_run(self) -> None:
        """Run what is in the editor, ungraded."""
        self.work.start(graded=False)

    def action_hint(self) -> None:
        """Show the next hint."""
        self.work.hint()

    def action_solution(self) -> None:
        """Show the solution, after asking when it would count as giving up."""
        self.work.solution()

    async def action_restore(self) -> None:
        """Begin this page anew: ask its question again, or bring its own code back."""
        if self.page.kind == "question":
            await self.asking.ask_again()
        else:
            self.work.restore()

    def action_editor(self) -> None:
        """Go to the code."""
        self.show_pane("code")

    def action_outline(self) -> None:
        """Go to the outline."""
        self.show_pane("outline")

    def action_next_pane(self) -> None:
        """Read, code, result, and round again."""
        order: list[Pane] = (
            ["read", "code"] if self.has_class("-wide") else ["read", "code", "result"]
        )
        here = order.index(self.pane) if self.pane in order else -1
        self.show_pane(order[(here + 1) % len(order)])

    def action_back(self) -> None:
        """Stop a run; else go one pane back; else leave the lesson."""
        if self.work.stop():
            return
        if self.focused is not None and self.asking in self.focused.ancestors:
            self.rest()
        elif self.pane == "result" and not self.has_class("-wide"):
            self.show_pane("code")
        elif self.pane != "read":
            self.show_pane("read")
        else:
            self.leave()

    def leave(self) -> None:
        """Back to where one came from, with the cursor's place written down."""
        self.keep()
        self.dismiss()


def _prose(page: Page) -> str:
    if isinstance(page.task, Exercise):
        return f"{page.text}\n\n#### {say('tui.lesson.task')}\n\n{page.task.task}".strip()
    if page.kind == "visual":
        return f"{page.text}\n\n> {say('tui.lesson.picture')}"
    return page.text
