"""Home: go on where you left off, review what is due, or open any lesson."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.text.messages import say
from tutor.tui.glance import Glance, add, bar, glance
from tutor.tui.keymap import HOME
from tutor.tui.learner import Learner
from tutor.tui.screens.base import TutorScreen

if TYPE_CHECKING:
    from tutor.content.loader import LessonEntry, Unit

CONTINUE, REVIEW = "continue", "review"
_BAR = 6
_STATE = 18  # the right column: a count and a bar


class HomeScreen(TutorScreen[None]):
    """The list of what one can do, in the order in which one wants to do it."""

    HELP_KEY = "home"
    AUTO_FOCUS = "#course"
    BINDINGS: ClassVar[list[BindingType]] = list(HOME)

    def body(self) -> ComposeResult:
        """A title and one list."""
        yield Static(id="title")
        yield OptionList(id="course")

    def on_mount(self) -> None:
        """Show the course at once; the learner's own state follows when the store has opened."""
        course = self.tutor.course
        self.query_one("#title", Static).update(
            Content.assemble(("tutor", "bold $accent"), ("   ", ""), (course.title, "$quiet"))
        )
        self.show_rows()

    def learner_changed(self) -> None:
        """Show what was done in the screen that was on top."""
        super().learner_changed()
        self.show_rows()

    def on_resize(self, event: events.Resize) -> None:
        """Columns follow the width."""
        self.call_after_refresh(self.show_rows)

    def show_rows(self) -> None:
        """Fill the list, keeping the highlighted row."""
        rows = self.query_one("#course", OptionList)
        kept = rows.highlighted_option.id if rows.highlighted_option else None
        rows.set_options(self._rows(self.tutor.learner))
        ids = [option.id for option in rows.options]
        rows.highlighted = ids.index(kept if kept in ids and kept else CONTINUE)

    def action_continue(self) -> None:
        """Open the exact place of last time, or the first lesson."""
        learner = self.tutor.learner
        lesson = learner.place.lesson if learner.place else ""
        known = {entry.id for entry in self.tutor.course.entries()}
        if lesson in known:
            self.tutor.open_lesson(lesson)
        elif first := self._first():
            self.tutor.open_lesson(first.id)

    def action_drill(self) -> None:
        """Review what is due."""
        self.tutor.open_drill()

    def action_practise(self) -> None:
        """Choose what to practise."""
        self.tutor.open_practise()

    def action_progress(self) -> None:
        """Show how the learner stands."""
        self.tutor.open_progress()

    def action_ideas(self) -> None:
        """Show the wrong ideas that were met."""
        self.tutor.open_ideas()

    @on(OptionList.OptionSelected, "#course")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == CONTINUE:
            self.action_continue()
        elif event.option_id == REVIEW:
            self.action_drill()
        elif event.option_id:
            self.tutor.open_lesson(event.option_id)

    def _first(self) -> LessonEntry | None:
        return next(self.tutor.course.entries(), None)

    def _rows(self, learner: Learner) -> Iterator[Option]:
        width = max(self.query_one("#course").size.width - 2, 40)
        yield Option(self._go_on(learner, width), id=CONTINUE)
        due = say("tui.home.due", n=learner.due) if learner.due else say("tui.home.none_due")
        yield Option(_pair(say("tui.home.review"), due, width), id=REVIEW)
        if not any(unit.lessons for unit in self.tutor.course.units):
            yield _words(say("tui.home.empty"))
        for problem in self.tutor.course.problems:
            yield _words(say("tui.home.problem", problem=problem), "$text-error")
        for unit in self.tutor.course.units:
            glances = {entry.id: _glance(entry, learner) for entry in unit.lessons}
            yield _words("")
            yield self._unit(unit, add(glances.values()), width)
            for entry in unit.lessons:
                yield self._lesson(entry, glances[entry.id], width)

    def _go_on(self, learner: Learner, width: int) -> Content:
        places = {entry.id: entry for unit in self.tutor.course.units for entry in unit.lessons}
        place = learner.place
        entry = places.get(place.lesson) if place else None
        if place is None or entry is None:
            first = self._first()
            text = say("tui.home.at", alias=first.alias, title=first.title) if first else ""
            return _pair(say("tui.home.start"), text, width)
        text = say("tui.home.at", alias=entry.alias, title=entry.title)
        return _pair(say("tui.home.continue"), text, width)

    def _unit(self, unit: Unit, so_far: Glance, width: int) -> Option:
        filled, rest = bar(so_far.done, so_far.total, _BAR, self.tutor.symbols)
        count = say("tui.home.done", done=so_far.done, total=so_far.total)
        title = _cut(f"{unit.alias}  {unit.title}", width - _STATE)
        line = Content.assemble(
            (title, "bold $foreground"),
            (f"{count:<11}", "$quiet"),
            (filled, "$accent"),
            (rest, "$quiet 40%"),
        )
        return Option(line, disabled=True)

    def _lesson(self, entry: LessonEntry, so_far: Glance, width: int) -> Option:
        marks = self.tutor.symbols
        left = _cut(f"{entry.alias:<4}{entry.title}", width - _STATE - 2)
        if entry.problems:
            first = _relative(str(entry.problems[0]))
            return Option(
                Content.assemble(
                    (f"{marks.wrong} ", "$text-error"),
                    left,
                    (say("tui.home.broken"), "$text-error"),
                    ("\n      " + _cut(first, width - 6).rstrip(), "$quiet"),
                ),
                id=entry.id,
            )
        mark, state = "  ", ("", "")
        if so_far.complete:
            mark, state = f"{marks.done} ", (say("tui.home.all_done", total=so_far.total), "$quiet")
        elif so_far.begun:
            count = say("tui.home.done", done=so_far.done, total=so_far.total)
            mark, state = f"{marks.dot} ", (count, "$accent")
        else:
            state = (say("tui.home.minutes", n=entry.minutes), "$quiet")
        return Option(Content.assemble((mark, "$accent"), left, state), id=entry.id)


def _glance(entry: LessonEntry, learner: Learner) -> Glance:
    return glance(entry.items, learner.states, seen=entry.id in learner.seen)


def _pair(name: str, text: str, width: int) -> Content:
    return Content.assemble((f"{name:<12}", "bold"), (_cut(text, width - 14).rstrip(), "$accent"))


def _words(text: str, style: str = "$quiet") -> Option:
    return Option(Content.styled(text, style) if text else Content(" "), disabled=True)


def _cut(text: str, width: int) -> str:
    """Exactly ``width`` cells, the last of them free; wide characters count two."""
    if cell_len(text) >= width:
        return set_cell_size(text, max(width - 2, 1)) + "… "
    return set_cell_size(text, width)


def _relative(problem: str) -> str:
    """The problem with its path from ``lessons/`` or ``quizzes/`` on, as an author knows it."""
    for folder in ("lessons/", "quizzes/"):
        at = problem.find(folder)
        if at > 0:
            return problem[at:]
    return problem
