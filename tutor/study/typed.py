"""Answers that are typed: numbers, shapes, printed output, blanks."""

from __future__ import annotations

import math
from decimal import Decimal

from tutor.content.model import Blank, Numeric, Output, Shape
from tutor.study.graded import Graded, listed, unread
from tutor.study.reading import (
    Likeness,
    Number,
    Token,
    compare_tokens,
    read_number,
    read_output,
    read_shapes,
    show_shapes,
)
from tutor.study.slips import number_slips, shape_slips, slip_and_sentence
from tutor.text.messages import say

_RIGHT = Graded(right=True)
# Decimal answers such as 0.1 are not exact in binary; this much is never the learner's doing.
_FLOAT_SLACK = 1e-12


# --- numbers -------------------------------------------------------------------------------


def grade_numeric(question: Numeric, given: str) -> Graded:
    """Grade a typed number at the precision that the question asks for."""
    number = read_number(given, question.unit)
    if number is None:
        return unread(say("grading.form.number"))
    if close(question, number.value, question.answer):
        return _RIGHT
    known = listed(question.wrong, lambda answer: _same_number(question, number, answer))
    if known is not None:
        return known
    if _only_too_short(question, number):
        n = question.decimals if question.decimals is not None else question.digits
        kind = "decimals" if question.decimals is not None else "digits"
        return unread(say(f"grading.more_{kind}", n=n))
    slip, sentence = slip_and_sentence(
        _cut_off(question, number)
        or number_slips(number.value, question.answer, lambda got, want: close(question, got, want))
    )
    return Graded(right=False, slip=slip, say=sentence)


def close(question: Numeric, got: float, want: float) -> bool:
    """Whether two numbers are equal at the precision of a question.

    Asked for decimals or significant figures, half a unit of the last of them decides: the number
    as it is rounded, or any better one. Otherwise ``abs`` and ``rel`` do.
    """
    if not (math.isfinite(got) and math.isfinite(want)):
        return False
    places = _places(question, want)
    slack = _FLOAT_SLACK * max(abs(want), abs(got))
    if places is None:
        return abs(got - want) <= max(question.abs, question.rel * abs(want)) + slack
    return abs(got - want) <= max(question.abs, 0.5 * 10.0**-places) + slack


def _places(question: Numeric, want: float) -> int | None:
    """How many decimals of a number are asked for; negative ones stand before the point."""
    if question.decimals is not None:
        return question.decimals
    if question.digits is None:
        return None
    return question.digits - 1 - (math.floor(math.log10(abs(want))) if want else 0)


def _same_number(question: Numeric, number: Number, answer: str) -> bool:
    wrong = read_number(answer, question.unit)
    return wrong is not None and close(question, number.value, wrong.value)


def _only_too_short(question: Numeric, number: Number) -> bool:
    """Rounded rightly, but to fewer places than are asked for; nothing is given away by 0."""
    asked = _places(question, question.answer)
    if asked is None or number.decimals is None or not 1 <= number.decimals < asked:
        return False
    off = abs(number.value - question.answer)
    return number.value != 0 and off <= 0.5 * 10.0**-number.decimals + _FLOAT_SLACK


def _cut_off(question: Numeric, number: Number) -> tuple[str, ...]:
    asked = _places(question, question.answer)
    if asked is None or number.decimals is None or not max(asked, 1) <= number.decimals <= 15:
        return ()
    step = Decimal(1).scaleb(-number.decimals)
    cut = Decimal(repr(question.answer)).quantize(step, rounding="ROUND_DOWN")
    return ("cut-off",) if math.isclose(float(cut), number.value, rel_tol=1e-12) else ()


# --- shapes --------------------------------------------------------------------------------


def grade_shape(question: Shape, given: str) -> Graded:
    """Grade one typed shape, or several."""
    want = read_shapes(question.answer)
    got = read_shapes(given)
    if want is None:
        raise ValueError(f"{question.id}: the answer {question.answer!r} is no shape")
    if got is None:
        return unread(say("grading.form.shape" if len(want) == 1 else "grading.form.shapes"))
    if len(got) != len(want):
        return unread(say("grading.form.how_many_shapes", n=len(want), got=len(got)))
    if got == want:
        return _RIGHT
    known = listed(question.wrong, lambda answer: read_shapes(answer) == got)
    if known is not None:
        return known
    slip, sentence = slip_and_sentence(shape_slips(got, want))
    if len(want) > 1:
        right = [
            number
            for number, pair in enumerate(zip(got, want, strict=True), 1)
            if pair[0] == pair[1]
        ]
        if right:
            which = ", ".join(map(str, right))
            sentence = f"{sentence} {say('grading.right_places', which=which)}".strip()
    return Graded(right=False, slip=slip, say=sentence)


def right_shape(question: Shape) -> str:
    """Return a shape question's answer, as Python prints it."""
    return show_shapes(read_shapes(question.answer) or ())


# --- printed output ------------------------------------------------------------------------


def grade_output(question: Output, given: str) -> Graded:
    """Grade predicted output, piece by piece."""
    if not given.strip():
        return unread(say("grading.form.output"))
    want = read_output(question.output)
    got = read_output(given)
    if want is None:  # what is printed has an open bracket itself: its text decides
        same = " ".join(given.split()) == " ".join(question.output.split())
        return _RIGHT if same else _no_bracket(question, given)
    if got is None:
        return unread(say("grading.form.bracket"))
    likeness = [compare_tokens(*pair) for pair in zip(got, want, strict=False)]
    if len(got) == len(want) and all(one == "same" for one in likeness):
        return _RIGHT
    known = listed(question.wrong, lambda answer: _same_output(got, answer))
    if known is not None:
        return known
    if len(got) != len(want):
        return Graded(right=False, say=say("grading.lines", n=len(want), got=len(got)))
    return _explain_output(got, want, likeness)


def _explain_output(
    got: tuple[tuple[Token, ...], ...],
    want: tuple[tuple[Token, ...], ...],
    likeness: list[Likeness],
) -> Graded:
    if "other" not in likeness:
        if "dtype" in likeness:
            return Graded(right=False, slip="dtype-shows", say=say("grading.dtype_shows"))
        return unread(say("grading.as_printed"))
    bare = [_without_tensor(line) for line in want]
    if bare != list(want) and all(
        compare_tokens(mine, its) == "same" for mine, its in zip(got, bare, strict=True)
    ):
        return unread(say("grading.with_tensor"))
    first = next(number for number, one in enumerate(likeness, 1) if one != "same")
    sentence = say("grading.first_line", n=first) if len(want) > 1 else ""
    return Graded(right=False, say=sentence)


def _no_bracket(question: Output, given: str) -> Graded:
    spaced = " ".join(given.split())
    known = listed(question.wrong, lambda answer: " ".join(answer.split()) == spaced)
    return known or Graded(right=False)


def _same_output(got: tuple[tuple[Token, ...], ...], answer: str) -> bool:
    other = read_output(answer)
    return (
        other is not None
        and len(other) == len(got)
        and all(compare_tokens(*pair) == "same" for pair in zip(got, other, strict=True))
    )


def _without_tensor(line: tuple[Token, ...]) -> tuple[Token, ...]:
    """``tensor([1, 2])`` as somebody types it who leaves ``tensor( )`` out."""
    if [token.text for token in line[:2]] != ["tensor", "("] or line[-1].text != ")":
        return line
    inside = line[2:-1]
    return line if any(token.kind == "word" for token in inside) else inside


# --- blanks --------------------------------------------------------------------------------


def grade_blank(question: Blank, given: str) -> Graded:
    """Grade what was filled in. Case matters where the blank is in code, and only there."""
    given = given.strip().strip("`").strip()
    if not given:
        return unread(say("grading.form.blank"))
    in_code = "___" in question.code
    if any(_same_blank(given, answer, in_code) for answer in question.answers):
        return _RIGHT
    known = listed(question.wrong, lambda answer: _same_blank(given, answer, in_code))
    if known is not None:
        return known
    if any(_same_blank(given, answer, in_code=False) for answer in question.answers):
        return Graded(right=False, slip="case", say=say("grading.case"))
    return Graded(right=False)


def _same_blank(given: str, answer: str, in_code: bool) -> bool:
    if not in_code:
        given, answer = given.casefold(), answer.casefold()
    got, want = read_output(given), read_output(answer)
    if got is None or want is None:
        return " ".join(given.split()) == " ".join(answer.split())
    return len(got) == len(want) and all(
        compare_tokens(*pair) == "same" for pair in zip(got, want, strict=True)
    )
