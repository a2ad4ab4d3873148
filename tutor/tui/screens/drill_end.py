"""The end of a drill: what was learned, what comes back when, and what else could be practised."""

from __future__ import annotations

from collections import Counter

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.content.loader import Course
from tutor.drilling import lesson_title, title_of
from tutor.study.choosing import found
from tutor.study.session import Cram, Drill, Mode
from tutor.text.days import when
from tutor.text.messages import say
from tutor.tui.widgets.inline import inline
from tutor.tui.widgets.look import marks

_WEAKEST, _HOME = "weakest", "home"
_LISTED = 8


class EndView(Vertical):
    """The recap of a session; of one without items, why there were none.

    Args:
        drill: the session.
        course: for the titles of its items.
    """

    DEFAULT_CSS = "EndView { height: auto; }"

    def __init__(self, drill: Drill, course: Course) -> None:
        super().__init__()
        self._drill = drill
        self._course = course
        self._recap = drill.recap()

    def compose(self) -> ComposeResult:
        """What was, what will be, what may be next."""
        if self._recap.asked:
            yield from self._learned()
        else:
            yield Static(self._nothing(), classes="drill--loud")
        yield OptionList(*self._choices(), compact=True, id="drill-choices")

    def on_mount(self) -> None:
        """Offer the choices."""
        self.query_one(OptionList).focus()

    def _learned(self) -> ComposeResult:
        recap = self._recap
        right, asked = len(recap.right), len(recap.asked)
        yield Static(say("widgets.drill.end.score", right=right, n=asked), classes="drill--loud")
        new = [item for item in recap.new if item in recap.right]
        for name, items in (("new", new), ("again", recap.again)):
            if items:
                yield Static(say(f"widgets.drill.end.{name}", n=len(items)), classes="drill--quiet")
                yield Static(self._titles(list(items)), classes="drill--text")
        if recap.leeches:
            yield Static(say("widgets.drill.end.leech"), classes="drill--quiet")
            lessons = dict.fromkeys(lesson_title(self._course, item) for item in recap.leeches)
            yield Static(Content("\n".join(lessons)), classes="drill--text")
        days = Counter({when(day, self._drill.day): len(items) for day, items in recap.due})
        if days:
            yield Static(say("widgets.drill.end.back"), classes="drill--quiet")
            lines = [say("widgets.drill.end.day", day=day, n=count) for day, count in days.items()]
            yield Static(Content("\n".join(lines)), classes="drill--text")

    def _titles(self, ids: list[str]) -> Content:
        lines = []
        for id in ids[:_LISTED]:
            item = found(self._course, id)
            lines.append(inline(title_of(item)) if item else Content(id))
        if len(ids) > _LISTED:
            lines.append(Content(say("widgets.drill.end.more", n=len(ids) - _LISTED)))
        dot = Content(f"{marks(self).dot} ")
        return Content("\n").join(dot + line for line in lines)

    def _nothing(self) -> str:
        drill = self._drill
        if drill.total:
            return say("widgets.drill.end.skipped")
        if drill.next_day is None:
            return say("widgets.drill.end.nothing_yet")
        return say("widgets.drill.end.nothing", day=when(drill.next_day, drill.day))

    def _choices(self) -> list[Option]:
        options = []
        if self._drill.next_day is not None or self._recap.asked:
            options.append(Option(say("widgets.drill.end.weakest"), id=_WEAKEST))
        for unit in self._course.units:
            if any(lesson.items for lesson in unit.lessons):
                words = say("widgets.drill.end.unit", title=unit.title)
                options.append(Option(Content(words), id=f"unit:{unit.id}"))
        options.append(Option(say("widgets.drill.end.home"), id=_HOME))
        return options


def choice_of(option_id: str | None) -> Mode | None:
    """What the learner chose to practise; None for going home."""
    if option_id is None or option_id == _HOME:
        return None
    kind, _, unit = option_id.partition(":")
    return Cram(unit=unit) if kind == "unit" else Cram()
