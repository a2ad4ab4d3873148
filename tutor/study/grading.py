"""An answer against its question. ``fix`` is code, and graded by the evaluator."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias, cast

from tutor.content.checks import option_ids_of
from tutor.content.model import (
    Blank,
    Choice,
    Fix,
    Match,
    Multi,
    Numeric,
    Option,
    Order,
    Output,
    Question,
    Shape,
)
from tutor.content.source import Trail
from tutor.study.chosen import (
    grade_choice,
    grade_match,
    grade_multi,
    grade_order,
    numbers,
    options_of,
    pair_of,
)
from tutor.study.graded import Graded, unread
from tutor.study.reading import read_shapes
from tutor.study.typed import (
    grade_blank,
    grade_numeric,
    grade_output,
    grade_shape,
    right_shape,
)
from tutor.text.messages import say

__all__ = [
    "Given",
    "Graded",
    "grade",
    "mixed_items",
    "mixed_rights",
    "option_ids",
    "right_answer",
    "shuffled",
    "unreadable",
]

Given: TypeAlias = str | Collection[str] | Sequence[int] | Mapping[str, str]


def grade(question: Question, given: Given) -> Graded:
    """Return what is true of an answer.

    Args:
        question: Any kind but ``fix``.
        given: choice: an option's id; multi: a set of them; order: the 1-based numbers of the
            items, in the order chosen; match: left -> right; every other kind: the typed text.
    """
    match question:
        case Choice():
            return grade_choice(question, str(given))
        case Multi():
            return grade_multi(question, {given} if isinstance(given, str) else set(given))
        case Numeric():
            return grade_numeric(question, str(given))
        case Shape():
            return grade_shape(question, str(given))
        case Output():
            return grade_output(question, str(given))
        case Blank():
            return grade_blank(question, str(given))
        case Order():
            return grade_order(question, tuple(cast("Sequence[int]", given)))
        case Match():
            return grade_match(question, cast("Mapping[str, str]", given))
        case Fix():
            raise TypeError(f"{question.id}: code is graded by the evaluator")


def option_ids(question: Choice | Multi) -> tuple[str, ...]:
    """Return the ids of the options, in the author's order."""
    return option_ids_of(question.options)


def shuffled(question: Choice | Multi, seed: int) -> tuple[Option, ...]:
    """Return the options in an order that depends on the seed alone, their ids filled in."""
    options = options_of(question)
    _random(question, seed).shuffle(options)
    return tuple(options)


def mixed_items(question: Order, seed: int) -> tuple[int, ...]:
    """Return the 1-based numbers of the items in an order to start from, never the right one."""
    numbers = list(range(1, len(question.items) + 1))
    _random(question, seed).shuffle(numbers)
    if numbers == sorted(numbers):
        numbers = numbers[1:] + numbers[:1]
    return tuple(numbers)


def mixed_rights(question: Match, seed: int) -> tuple[str, ...]:
    """Return the right sides of a match in an order that depends on the seed alone."""
    rights = list(question.pairs.values())
    _random(question, seed).shuffle(rights)
    return tuple(rights)


def right_answer(question: Question) -> str:
    """Return the right answer, to be shown after a wrong one."""
    match question:
        case Choice() | Multi():
            return "\n".join(option.text.strip() for option in question.options if option.right)
        case Numeric():
            return f"{_show_number(question)} {question.unit}".strip()
        case Shape():
            return right_shape(question)
        case Output():
            return question.output.strip("\n")
        case Fix():
            return question.solutions[0]
        case Order():
            return "\n".join(f"{n}. {item.strip()}" for n, item in enumerate(question.items, 1))
        case Match():
            return "\n".join(f"{left} = {right}" for left, right in question.pairs.items())
        case Blank():
            return question.answers[0]


def unreadable(question: Question) -> Iterator[tuple[Trail, str]]:
    """Answers of the author's own that grading could never meet: for ``tutor validate``.

    Yields the way to the field and what is wrong: the answer cannot be read, or a wrong answer
    that is listed is graded as right.
    """
    if isinstance(question, Shape) and read_shapes(question.answer) is None:
        yield ("answer",), say("grading.author.unread", answer=question.answer)
        return
    for number, wrong in enumerate(getattr(question, "wrong", ())):
        given = _as_given(question, wrong.answer)
        graded = unread("") if given is None else grade(question, given)
        trail = ("wrong", number, "answer")
        if graded.invalid:
            yield trail, say("grading.author.unread", answer=wrong.answer.strip())
        elif graded.right:
            yield trail, say("grading.author.right", answer=wrong.answer.strip())
        elif graded.say != wrong.say:
            yield trail, say("grading.author.taken", answer=wrong.answer.strip())


def _as_given(question: Question, answer: str) -> Given | None:
    if isinstance(question, Order):
        return numbers(answer)
    if isinstance(question, Match):
        pair = pair_of(question, answer)
        if pair is None:
            return None
        left, right = pair
        # The side that `right` belongs to takes what `left` should have had.
        swapped = {its: question.pairs[left] for its, one in question.pairs.items() if one == right}
        return {**question.pairs, **swapped, left: right}
    return answer


def _random(question: Question, seed: int) -> random.Random:
    return random.Random(f"{question.id}:{seed}")


def _show_number(question: Numeric) -> str:
    if question.decimals is not None:
        return f"{question.answer:.{question.decimals}f}"
    if question.digits is not None and question.answer:
        magnitude = math.floor(math.log10(abs(question.answer)))
        if -5 < magnitude < 16:
            rounded = round(question.answer, question.digits - 1 - magnitude)
            return f"{rounded:.{max(0, question.digits - 1 - magnitude)}f}"
        return f"{question.answer:.{question.digits - 1}e}"
    return f"{question.answer:.10g}"
