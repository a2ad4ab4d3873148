"""The verdict on an answered question: right or not, why, and what the right answer is."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tutor.content.model import (
    Blank,
    Choice,
    Match,
    Multi,
    Numeric,
    Order,
    Output,
    Question,
    Shape,
)
from tutor.study.grading import Graded, right_answer
from tutor.text.messages import say
from tutor.tui.widgets.inline import inline
from tutor.tui.widgets.look import marks, misconceptions

_SHOWN_AT_ITS_PLACE = (Choice, Multi, Order, Match)


class GradedView(Static):
    """Shows what came of an answer."""

    DEFAULT_CSS = "GradedView { height: auto; margin-top: 1; padding: 0 1; }"

    def show(self, question: Question, graded: Graded) -> None:
        """Show the verdict, then the sentence, then what is true."""
        sign, word, tone = (
            (marks(self).done, "right", "$text-success")
            if graded.right
            else (marks(self).wrong, "wrong", "$text-error")
        )
        head = Content.styled(f"{sign}  {say(f'widgets.question.{word}')}", f"bold {tone}")
        parts = [head]
        if graded.say and not isinstance(question, Choice):  # there it is at the option itself
            parts.append(inline(graded.say).stylize_before("bold"))
        if graded.misconception:
            known = misconceptions(self).get(graded.misconception)
            title = known.title if known else graded.misconception
            belief = Content.styled(say("widgets.result.belief") + " ", "$quiet")
            parts.append(belief + inline(title))
        if not graded.right and not isinstance(question, _SHOWN_AT_ITS_PLACE):
            parts.append(_answer(question, right_answer(question)))
        if question.why:
            parts.append(inline(question.why))
        self.update(_under_each_other(parts))

    def invalid(self, sentence: str) -> None:
        """Say which form is expected; nothing was counted."""
        self.update(Content.assemble((sentence, "$text-warning")))


def _answer(question: Question, right: str) -> Content:
    lead = Content.styled(say("widgets.question.right_answer"), "$quiet")
    typed = isinstance(question, Numeric | Shape | Output | Blank)
    shown = Content.styled(right.strip("\n"), "bold") if typed else inline(right)
    return lead + ("\n" if "\n" in right.strip("\n") else "  ") + shown


def _under_each_other(parts: list[Content]) -> Content:
    """The first two lines close together, then paragraphs."""
    return Content("\n\n").join([Content("\n").join(parts[:2]), *parts[2:]])
