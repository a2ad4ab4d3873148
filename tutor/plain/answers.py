"""Questions and answers as lines of text: how each kind is shown, and how its answer is read."""

from __future__ import annotations

from collections.abc import Callable

from tutor.content.model import Choice, Exercise, Fix, Match, Multi, Order, Output, Question
from tutor.plain.prose import plain
from tutor.study.grading import Given, mixed_items, mixed_rights, shuffled
from tutor.text.messages import say

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def shown(item: Question | Exercise, seed: int) -> str:
    """Return what is asked, with numbered options."""
    parts = [plain(item.task if isinstance(item, Exercise) else item.prompt)]
    code = item.starter if isinstance(item, Exercise) else item.code
    if code.strip():
        parts.append(
            "".join(f"    {line}\n" for line in code.rstrip("\n").split("\n")).rstrip("\n")
        )
    if isinstance(item, Fix):
        parts.append(
            say("widgets.plain.fix", symptom=item.symptom.strip(), output=item.output.strip())
        )
    if not isinstance(item, Exercise):
        parts.append("\n".join(_choices(item, seed)))
        parts.append(asked_for(item))
    return "\n\n".join(part for part in parts if part)


def asked_for(question: Question) -> str:
    """Return in which form an answer is expected; nothing for code."""
    if isinstance(question, Fix):
        return ""
    count = lines_of(question)
    if count > 1:
        return say("widgets.plain.form.lines", n=count)
    return say(f"widgets.plain.form.{question.kind}")


def lines_of(question: Question) -> int:
    """Return on how many lines the answer is typed."""
    if isinstance(question, Output):
        return question.output.strip("\n").count("\n") + 1
    return 1


def read_given(
    question: Question, seed: int, line: Callable[[str], str], prompt: str
) -> Given | None:
    """Read an answer in the form that grading takes; None when it could not be read.

    Args:
        question: what was asked.
        seed: under which its options were shown.
        line: shows a prompt and returns a line.
        prompt: shown before each line.
    """
    typed = [line(prompt) for _ in range(lines_of(question))]
    text = "\n".join(typed)
    match question:
        case Choice() | Multi():
            return _options(question, text, seed)
        case Order():
            return _order(question, text, seed)
        case Match():
            return _match(question, text, seed)
        case _:
            return text if text.strip() else None


def _choices(question: Question, seed: int) -> list[str]:
    match question:
        case Choice() | Multi():
            options = shuffled(question, seed)
            return [f"{n}. {plain(option.text)}" for n, option in enumerate(options, 1)]
        case Order():
            order = mixed_items(question, seed)
            return [f"{n}. {plain(question.items[i - 1])}" for n, i in enumerate(order, 1)]
        case Match():
            rights = mixed_rights(question, seed)
            lefts = [f"{n}. {plain(left)}" for n, left in enumerate(question.pairs, 1)]
            return [
                *lefts,
                *(f"{a}. {plain(right)}" for a, right in zip(_LETTERS, rights, strict=False)),
            ]
        case _:
            return []


def _numbers(text: str, most: int) -> list[int] | None:
    """Numbers from 1 to ``most``, each at most once; None when there is anything else."""
    words = text.replace(",", " ").split()
    if not words or not all(word.isdecimal() and 1 <= int(word) <= most for word in words):
        return None
    numbers = [int(word) for word in words]
    return numbers if len(set(numbers)) == len(numbers) else None


def _options(question: Choice | Multi, text: str, seed: int) -> str | set[str] | None:
    options = shuffled(question, seed)
    numbers = _numbers(text, len(options))
    if numbers is None:
        return None
    chosen = {options[n - 1].id for n in numbers}
    if isinstance(question, Multi):
        return chosen
    return chosen.pop() if len(chosen) == 1 else None


def _order(question: Order, text: str, seed: int) -> tuple[int, ...] | None:
    order = mixed_items(question, seed)
    numbers = _numbers(text, len(order))
    if numbers is None or len(numbers) != len(order):
        return None
    return tuple(order[n - 1] for n in numbers)


def _match(question: Match, text: str, seed: int) -> dict[str, str] | None:
    """Read pairs such as ``1b 2a`` or ``1 b, 2 a``."""
    lefts, rights = list(question.pairs), mixed_rights(question, seed)
    signs = text.lower().replace(",", "").replace(" ", "")
    pairs = list(zip(signs[::2], signs[1::2], strict=False))
    if len(signs) % 2 or not pairs:
        return None
    given: dict[str, str] = {}
    for number, letter in pairs:
        known = number in "123456789"[: len(lefts)] and letter in _LETTERS[: len(rights)]
        if not known:
            return None
        given[lefts[int(number) - 1]] = rights[_LETTERS.index(letter)]
    return given if len(given) == len(lefts) else None
