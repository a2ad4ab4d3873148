"""Choice and multi: options by key, by arrows, by mouse; each gets its reason afterwards."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType

from tutor.content.model import Choice, Multi, Option
from tutor.text.messages import say
from tutor.tui.widgets.inline import inline
from tutor.tui.widgets.link import KeyLink
from tutor.tui.widgets.look import key, marks, speaks_ascii
from tutor.tui.widgets.questions.body import AnswerBody
from tutor.tui.widgets.questions.rows import LETTERS, Row


class OptionsBody(AnswerBody, can_focus=True):
    """The options of a choice, or of a multi.

    Args:
        question: whose options they are.
        options: those options with their ids, in the order in which they are shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key("options.up", "up", "move(-1)"),
        key("options.down", "down", "move(1)"),
        key("options.choose", "space", "choose"),
        key("options.answer", "enter", "answer"),
    ]

    def __init__(self, question: Choice | Multi, options: tuple[Option, ...]) -> None:
        super().__init__()
        self.several = isinstance(question, Multi)
        self.options = options
        self.chosen: set[int] = set()
        self._at = 0

    def compose(self) -> ComposeResult:
        """A row an option; for a multi also the way to hand it in."""
        for index, option in enumerate(self.options):
            yield Row(f"{index + 1}", inline(option.text), index)
        if self.several:
            yield KeyLink("Enter", say("widgets.question.answer"), "answer")

    def on_mount(self) -> None:
        """Stand on the first option."""
        self._draw()

    def given(self) -> Any | None:
        """An option's id; for a multi the set of them, which may be empty."""
        ids = {self.options[index].id for index in self.chosen}
        return ids if self.several else next(iter(ids), None)

    def on_key(self, event: events.Key) -> None:
        """Choose by digit or letter."""
        index = _index_of(event.character or "")
        if index is not None and index < len(self.options):
            event.stop()
            self._choose(index)

    @on(Row.Clicked)
    def _clicked(self, event: Row.Clicked) -> None:
        event.stop()
        if not self.closed:
            self._choose(event.row.index)

    def action_move(self, step: int) -> None:
        """Stand on the next option, or the one before."""
        self._at = (self._at + step) % len(self.options)
        self._draw()

    def action_choose(self) -> None:
        """Take the option that is stood on."""
        self._choose(self._at)

    def action_answer(self) -> None:
        """Hand in: for a choice the option that is stood on."""
        if self.several:
            self.submit()
        else:
            self._choose(self._at)

    def _choose(self, index: int) -> None:
        self._at = index
        self.chosen = self.chosen ^ {index} if self.several else {index}
        self._draw()
        if not self.several:
            self.submit()

    def close(self, *, right: bool) -> None:
        """Sign every option, and give its reason."""
        super().close(right=right)
        self.query(KeyLink).remove()
        done, wrong = marks(self).done, marks(self).wrong
        for row in self.query(Row):
            option, chosen = self.options[row.index], row.index in self.chosen
            row.remove_class("-here")
            row.set_class(chosen, "-chosen")
            if option.right:
                row.judge(done, "-right", self._reason(option, chosen))
            else:
                row.judge(wrong if chosen else "", "-wrong" if chosen else "", inline(option.why))

    def _reason(self, option: Option, chosen: bool) -> Any:
        missed = "" if chosen or not self.several else say("widgets.question.missed") + " "
        return inline(missed + option.why)

    def _draw(self) -> None:
        for row in self.query(Row):
            chosen = row.index in self.chosen
            if self.several:
                box = ("[x]" if chosen else "[ ]") if speaks_ascii(self) else "◆" if chosen else "◇"
                row.put_key(f"{box[:1] if len(box) == 1 else box} {row.index + 1}")
            row.sign(marks(self).here if row.index == self._at else "")
            row.set_class(row.index == self._at, "-here")


def _index_of(character: str) -> int | None:
    if character.isascii() and character.isdigit():
        return int(character) - 1 if character != "0" else None
    return LETTERS.index(character) if len(character) == 1 and character in LETTERS else None
