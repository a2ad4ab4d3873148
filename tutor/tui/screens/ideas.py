"""Wrong ideas that were met: the belief, the moment, the truth, and a way to practise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.content.loader import UnknownItem
from tutor.store.db import Store
from tutor.study.choosing import found
from tutor.study.mastery import MetMisconception, met_misconceptions
from tutor.study.session import Cram
from tutor.text.messages import say
from tutor.tui.keymap import IDEAS
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.inline import inline


class IdeasScreen(TutorScreen[None]):
    """A list, and beside or beneath it what is so."""

    HELP_KEY = "ideas"
    CSS_PATH = "ideas.tcss"
    AUTO_FOCUS = "#ideas-list"
    BINDINGS: ClassVar[list[BindingType]] = list(IDEAS)

    def __init__(self) -> None:
        super().__init__()
        self._met: dict[str, MetMisconception] = {}

    def body(self) -> ComposeResult:
        """The list and the page of the one that is highlighted."""
        yield Static(say("progress.ideas.title"), id="ideas-title")
        with Container(id="ideas"):
            yield OptionList(id="ideas-list")
            with VerticalScroll(id="idea", can_focus=False):
                yield Static(id="idea-text")

    def on_screen_resume(self) -> None:
        """Take a new look: a drill may lie between."""
        super().on_screen_resume()
        self.run_worker(self._look(), group="ideas", exclusive=True)

    async def _look(self) -> None:
        met = await self.tutor.recorder.call(_met)
        self._met = {one.id: one for one in met}
        rows = self.query_one("#ideas-list", OptionList)
        kept = rows.highlighted_option.id if rows.highlighted_option else None
        rows.set_options(self._rows(met))
        ids = [option.id for option in rows.options]
        first = next((n for n, id in enumerate(ids) if id), None)
        rows.highlighted = ids.index(kept) if kept in ids and kept else first
        if not met:
            self.query_one("#idea-text", Static).update(say("progress.ideas.none"))

    def _rows(self, met: list[MetMisconception]) -> Iterator[Option]:
        for key, overcome in (("live", False), ("past", True)):
            chosen = [one for one in met if one.overcome is overcome]
            if chosen:
                heading = Content.styled(say(f"progress.ideas.{key}"), "$quiet")
                yield Option(heading, disabled=True)
            for one in chosen:
                yield Option(self._title(one.id), id=one.id)

    def _title(self, id: str) -> Content:
        known = self.tutor.course.misconceptions.get(id)
        return inline(known.title) if known else Content(id)

    @on(OptionList.OptionHighlighted, "#ideas-list")
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        met = self._met.get(event.option_id or "")
        if met is not None:
            self.query_one("#idea-text", Static).update(self._page(met))

    def _page(self, met: MetMisconception) -> Content:
        known = self.tutor.course.misconceptions.get(met.id)
        if known is None:
            return Content(say("progress.ideas.unknown", id=met.id))
        times = say("progress.times", n=met.times)
        lines = [
            Content.styled(inline(known.title).plain, "bold"),
            Content(""),
            Content(say("progress.ideas.met", times=times, day=met.last, where=self._where(met))),
        ]
        if met.right_days == 1:
            lines.append(Content(say("progress.ideas.half")))
        for heading, text in (("because", known.because), ("truth", known.truth)):
            lines += [
                Content(""),
                Content.styled(say(f"progress.ideas.{heading}"), "$quiet"),
                inline(text.strip()),
            ]
        lines += [Content(""), Content.styled(say("progress.ideas.keys"), "$quiet")]
        return Content("\n").join(lines)

    def _where(self, met: MetMisconception) -> str:
        course = self.tutor.course
        items = [item for name in met.items if (item := found(course, name)) is not None]
        return ", ".join(item.alias or item.id for item in items) or ", ".join(met.items)

    # --- what can be done ------------------------------------------------------------------

    @on(OptionList.OptionSelected, "#ideas-list")
    def _practise(self, event: OptionList.OptionSelected) -> None:
        if event.option_id:
            self.tutor.open_drill(Cram(misconception=event.option_id))

    def action_lesson(self) -> None:
        """Open the lesson that teaches what is so."""
        option = self.query_one("#ideas-list", OptionList).highlighted_option
        known = self.tutor.course.misconceptions.get(option.id or "") if option else None
        if known is not None:
            try:
                self.tutor.open_lesson(self.tutor.course.entry(known.lesson).id)
            except UnknownItem as error:
                self.notify(str(error), severity="warning", markup=False)

    def action_back(self) -> None:
        """Back to where one came from."""
        self.dismiss()


def _met(store: Store) -> list[MetMisconception]:
    return met_misconceptions(store.states().values())
