"""Choose what to practise: due, weakest, a unit, a lesson, an objective, for an exam."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor.content.source import ContentError
from tutor.study.session import Cram, Due, Mode
from tutor.text.messages import say
from tutor.tui.keymap import DIALOG

if TYPE_CHECKING:
    from tutor.content.loader import Course


@dataclass(frozen=True)
class Choice:
    """Something to practise; ``words`` is what a query is looked for in."""

    mode: Mode
    name: str
    kind: str

    @property
    def words(self) -> str:
        """Name and kind, for searching."""
        return f"{self.name} {self.kind}".casefold()


class PractiseScreen(ModalScreen[Mode | None]):
    """A line to type in, and what fits; dismissed with what was chosen.

    Args:
        course: what can be practised.
        today: no exam lies before it.
    """

    HELP_KEY = "practise"
    CSS_PATH = "practise.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *DIALOG,
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(self, course: Course, today: date) -> None:
        super().__init__()
        self._course = course
        self._today = today
        self._choices: list[Choice] = []
        self._shown: list[Choice] = []

    def compose(self) -> ComposeResult:
        """The line, the list, and a word when nothing fits."""
        with Vertical(id="practise"):
            yield Input(placeholder=say("tui.practise.placeholder"), id="query")
            yield OptionList(id="choices", compact=True)
            yield Static(id="nothing")

    def on_mount(self) -> None:
        """Show what needs no reading at once; objectives are in the lessons' files."""
        self._choices = list(_usual(self._course))
        self._show("")
        self.run_worker(self._add_objectives, thread=True)

    def _add_objectives(self) -> None:
        more = list(_objectives(self._course))
        self.app.call_from_thread(self._add, more)

    def _add(self, more: list[Choice]) -> None:
        self._choices += more
        self._show(self.query_one("#query", Input).value)

    @on(Input.Changed, "#query")
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, query: str) -> None:
        words = query.casefold().split()
        exam = self._exam(query)
        self._shown = [exam] if exam else []
        self._shown += [one for one in self._choices if all(word in one.words for word in words)]
        choices = self.query_one("#choices", OptionList)
        choices.set_options([_row(one) for one in self._shown])
        choices.highlighted = 0 if self._shown else None
        none = say("tui.practise.none", query=query.strip()) if not self._shown else ""
        self.query_one("#nothing", Static).update(Content(none))

    def _exam(self, query: str) -> Choice | None:
        try:
            day = date.fromisoformat(query.strip())
        except ValueError:
            return None
        if day < self._today:
            return None
        name = say("tui.practise.exam", day=day.isoformat())
        return Choice(Cram(exam=day), name, say("tui.practise.kind.exam"))

    def action_move(self, by: int) -> None:
        """Move in the list while the cursor stays in the line."""
        choices = self.query_one("#choices", OptionList)
        if by > 0:
            choices.action_cursor_down()
        else:
            choices.action_cursor_up()

    def action_close(self) -> None:
        """Back, with nothing chosen."""
        self.dismiss(None)

    @on(Input.Submitted, "#query")
    def _enter(self) -> None:
        at = self.query_one("#choices", OptionList).highlighted
        if at is not None:
            self.dismiss(self._shown[at].mode)

    @on(OptionList.OptionSelected, "#choices")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index].mode)


def _usual(course: Course) -> Iterator[Choice]:
    yield Choice(Due(), say("tui.practise.due"), "")
    yield Choice(Cram(), say("tui.practise.weakest"), "")
    for unit in course.units:
        kind = say("tui.practise.kind.unit")
        yield Choice(Cram(unit=unit.id), f"{unit.alias}  {unit.title}", kind)
    for entry in course.entries():
        if entry.items:
            kind = say("tui.practise.kind.lesson")
            yield Choice(Cram(lesson=entry.id), f"{entry.alias}  {entry.title}", kind)


def _objectives(course: Course) -> Iterator[Choice]:
    for entry in course.entries():
        try:
            lesson = course.lesson(entry.id)
        except ContentError:
            continue  # the lesson's own screen tells what is wrong with it
        for objective in lesson.objectives:
            name = f"{entry.alias}  {objective.text}"
            kind = say("tui.practise.kind.objective")
            yield Choice(Cram(objective=objective.id), name, kind)


def _row(choice: Choice) -> Option:
    return Option(Content.assemble(choice.name, (f"   {choice.kind}", "$quiet")))
