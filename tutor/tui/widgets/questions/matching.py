"""Match: pick a left side by its number, then its right side by its letter."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from tutor.content.model import Match
from tutor.study.grading import mixed_rights
from tutor.text.messages import say
from tutor.tui.widgets.inline import inline
from tutor.tui.widgets.link import KeyLink
from tutor.tui.widgets.look import key, marks
from tutor.tui.widgets.questions.body import AnswerBody
from tutor.tui.widgets.questions.rows import LETTERS, Row


class MatchBody(AnswerBody, can_focus=True):
    """Two columns whose rows belong together.

    Args:
        question: the pairs.
        seed: of the shuffle of the right sides.
    """

    DEFAULT_CSS = """
    MatchBody > Horizontal { height: auto; }
    MatchBody > Horizontal > Vertical { height: auto; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("match.up", "up", "move(-1)"),
        key("match.down", "down", "move(1)"),
        key("match.left", "left", "side(0)"),
        key("match.right", "right", "side(1)"),
        key("match.pick", "space", "pick"),
        key("match.answer", "enter", "answer"),
    ]

    def __init__(self, question: Match, seed: int) -> None:
        super().__init__()
        self._pairs = question.pairs
        self._lefts = tuple(question.pairs)
        self._rights = mixed_rights(question, seed)
        self.joined: dict[int, int] = {}  # index of a left side -> index of its right side
        self._at = [0, 0]
        self._side = 0

    def compose(self) -> ComposeResult:
        """Both columns."""
        with Horizontal():
            with Vertical(classes="match--left"):
                for index, text in enumerate(self._lefts):
                    yield Row(f"{index + 1}", inline(text), index)
            with Vertical(classes="match--right"):
                for index, text in enumerate(self._rights):
                    yield Row(LETTERS[index], inline(text), index)
        yield KeyLink("Enter", say("widgets.question.answer_match"), "answer")

    def on_mount(self) -> None:
        """Stand on the first left side."""
        self._draw()

    def given(self) -> Any | None:
        """Left side -> right side, as texts; None until every left side has one."""
        if len(self.joined) < len(self._lefts):
            return None
        return {self._lefts[i]: self._rights[j] for i, j in sorted(self.joined.items())}

    def on_key(self, event: events.Key) -> None:
        """A number goes to a left side, a letter joins it with a right side."""
        character = event.character or ""
        if character.isascii() and character.isdigit() and 0 < int(character) <= len(self._lefts):
            event.stop()
            self._stand(0, int(character) - 1)
        elif character and character in LETTERS[: len(self._rights)]:
            event.stop()
            self._join(LETTERS.index(character))

    @on(Row.Clicked)
    def _clicked(self, event: Row.Clicked) -> None:
        event.stop()
        if self.closed:
            return
        if event.row in self._rows(0):
            self._stand(0, event.row.index)
        else:
            self._join(event.row.index)

    def action_move(self, step: int) -> None:
        """Stand on the next row of this column, or the one before."""
        count = (len(self._lefts), len(self._rights))[self._side]
        self._stand(self._side, min(max(self._at[self._side] + step, 0), count - 1))

    def action_side(self, side: int) -> None:
        """Go to the other column."""
        self._stand(side, self._at[side])

    def action_pick(self) -> None:
        """Go to the right side, or join with the one that is stood on."""
        if self._side == 0:
            self.action_side(1)
        else:
            self._join(self._at[1])

    def action_answer(self) -> None:
        """Hand in once everything is joined; until then Enter joins, as Space does."""
        if len(self.joined) == len(self._lefts):
            self.submit()
        else:
            self.action_pick()

    def _stand(self, side: int, index: int) -> None:
        self._side = side
        self._at[side] = index
        self._draw()

    def _join(self, right: int) -> None:
        left = self._at[0]
        self.joined[left] = right
        self._at[1] = right
        open_ones = [i for i in range(len(self._lefts)) if i not in self.joined]
        after = [i for i in open_ones if i > left] or open_ones
        self._stand(0, after[0] if after else left)

    def _rows(self, side: int) -> list[Row]:
        column = (".match--left", ".match--right")[side]
        return list(self.query(f"{column} > Row").results(Row))

    def _draw(self) -> None:
        here = marks(self).here
        for side in (0, 1):
            for row in self._rows(side):
                current = row.index == self._at[side] and (side == self._side or side == 0)
                row.sign(here if current else "")
                row.set_class(row.index == self._at[side] and side == self._side, "-here")
        for row in self._rows(0):
            joined = self.joined.get(row.index)
            row.put_key(
                f"{row.index + 1} {LETTERS[joined]}"
                if joined is not None
                else f"{row.index + 1} {marks(self).dot}"
            )

    def close(self, *, right: bool) -> None:
        """Sign every left side, and say what belongs to the wrong ones."""
        super().close(right=right)
        self.query(KeyLink).remove()
        for row in self._rows(0):
            left = self._lefts[row.index]
            fits = self._rights[self.joined.get(row.index, 0)] == self._pairs[left]
            sign = marks(self).done if fits else marks(self).wrong
            note = inline("" if fits else self._pairs[left])
            row.remove_class("-here")
            row.judge(sign, "-right" if fits else "-wrong", note)
        for row in self._rows(1):
            row.remove_class("-here")
            row.sign("")
