"""Order: pick an item up, carry it, put it down; or move it with Shift and an arrow."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from tutor.content.model import Order
from tutor.study.grading import mixed_items
from tutor.text.messages import say
from tutor.tui.widgets.inline import inline
from tutor.tui.widgets.link import KeyLink
from tutor.tui.widgets.look import key, marks
from tutor.tui.widgets.questions.body import AnswerBody
from tutor.tui.widgets.questions.rows import Row


class OrderBody(AnswerBody, can_focus=True):
    """The items of an order question, shuffled.

    Args:
        question: what is to be ordered.
        seed: of the shuffle, which never shows the right order.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key("order.up", "up", "move(-1)"),
        key("order.down", "down", "move(1)"),
        key("order.carry-up", "shift+up,K", "carry(-1)"),
        key("order.carry-down", "shift+down,J", "carry(1)"),
        key("order.pick", "space", "pick"),
        key("order.answer", "enter", "answer"),
    ]

    def __init__(self, question: Order, seed: int) -> None:
        super().__init__()
        self._items = question.items
        self.order = list(mixed_items(question, seed))
        self._at = 0
        self._carrying = False

    def compose(self) -> ComposeResult:
        """A row an item, and what the keys do."""
        for index, item in enumerate(self.order):
            yield Row(f"{index + 1}", inline(self._items[item - 1]), index)
        yield KeyLink("Enter", say("widgets.question.answer_order"), "answer")

    def on_mount(self) -> None:
        """Stand on the first item."""
        self._draw()

    def given(self) -> Any | None:
        """The author's numbers of the items, from 1, in the order shown."""
        return tuple(self.order)

    def action_move(self, step: int) -> None:
        """Stand on the next item, or move on with the one that was picked up."""
        if self._carrying:
            self.action_carry(step)
        else:
            self._at = min(max(self._at + step, 0), len(self.order) - 1)
            self._draw()

    def action_carry(self, step: int) -> None:
        """Change places with the neighbour."""
        other = self._at + step
        if 0 <= other < len(self.order):
            self._put(self._at, other)

    def action_pick(self) -> None:
        """Pick the item up, or put it down."""
        self._carrying = not self._carrying
        self._draw()

    def action_answer(self) -> None:
        """Hand in the order as it stands."""
        self._carrying = False
        self.submit()

    @on(Row.Clicked)
    def _clicked(self, event: Row.Clicked) -> None:
        """A click picks up; the next one puts down at its place."""
        event.stop()
        if self.closed:
            return
        if self._carrying:
            self._put(self._at, event.row.index)
            self._carrying = False
        else:
            self._at = event.row.index
            self._carrying = True
        self._draw()

    def _put(self, start: int, end: int) -> None:
        self.order.insert(end, self.order.pop(start))
        self._at = end
        for row in self.query(Row):
            row.put_text(inline(self._items[self.order[row.index] - 1]))
        self._draw()

    def _draw(self) -> None:
        sign = marks(self).up_down if self._carrying else marks(self).here
        for row in self.query(Row):
            here = row.index == self._at
            row.sign(sign[:2] if here else "")
            row.set_class(here, "-here")

    def close(self, *, right: bool) -> None:
        """Sign what stands in its place, and say where the others belong."""
        super().close(right=right)
        self.query(KeyLink).remove()
        for row in self.query(Row):
            place = self.order[row.index]
            fits = place == row.index + 1
            note = "" if fits else say("widgets.question.belongs", place=place)
            sign = marks(self).done if fits else marks(self).wrong
            row.remove_class("-here")
            row.judge(sign, "-right" if fits else "-wrong", inline(note))
