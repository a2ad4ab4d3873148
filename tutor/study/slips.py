"""Slips that are recognised without being listed by an author.

A slip is named only when it is the one explanation: never when it leads to the right answer, and
when two explain the answer equally well, both are said and neither is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from tutor.study.reading import Shape
from tutor.text.messages import say


def number_slips(
    got: float, answer: float, close: Callable[[float, float], bool]
) -> tuple[str, ...]:
    """Return the slips by which ``got`` comes of ``answer``.

    ``close(got, want)`` says whether two numbers are equal at the precision that is asked for.
    """
    if not math.isfinite(got):
        return ()
    return tuple(
        slip
        for slip, value in _of_number(answer)
        if math.isfinite(value) and not close(value, answer) and close(got, value)
    )


def _of_number(answer: float) -> Iterator[tuple[str, float]]:
    yield "sign", -answer
    if answer == 0:
        return
    yield "reciprocal", 1 / answer if abs(answer) > 1e-300 else math.inf
    yield "twice", 2 * answer
    yield "half", answer / 2
    yield "percent", 100 * answer
    yield "hundredth", answer / 100
    if 0 < answer < 1:
        yield "complement", 1 - answer
    if answer > 0:
        yield "square", answer * answer
        yield "root", math.sqrt(answer)


def shape_slips(got: Sequence[Shape], answer: Sequence[Shape]) -> tuple[str, ...]:
    """Return the slip that explains every shape that differs; none, if there is no such one."""
    differing = [(mine, right) for mine, right in zip(got, answer, strict=True) if mine != right]
    for slip, explains in (("transposed", _transposed), ("size-one", _size_one)):
        if differing and all(explains(mine, right) for mine, right in differing):
            return (slip,)
    return ()


def _transposed(got: Shape, right: Shape) -> bool:
    """Two axes exchanged, or all of them reversed."""
    if isinstance(got, str) or isinstance(right, str) or sorted(got) != sorted(right):
        return False
    moved = sum(mine != its for mine, its in zip(got, right, strict=True))
    return moved == 2 or got == right[::-1]


def _size_one(got: Shape, right: Shape) -> bool:
    if isinstance(got, str) or isinstance(right, str) or len(got) == len(right):
        return False
    return [size for size in got if size != 1] == [size for size in right if size != 1]


def slip_and_sentence(slips: Sequence[str]) -> tuple[str | None, str]:
    """Return the slip to record, if there is but one, and the sentence for the learner."""
    if not slips:
        return None, ""
    sentences = [say(f"grading.slip.{slip}") for slip in slips]
    if len(slips) == 1:
        return slips[0], sentences[0]
    return None, say("grading.slip.several", slips=" ".join(sentences))
