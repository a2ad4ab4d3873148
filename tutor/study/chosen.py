"""Answers that are chosen: one option, several, an order, pairs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from tutor.content.checks import option_ids_of
from tutor.content.model import Choice, Match, Multi, Option, Order
from tutor.study.graded import Graded, listed, unread
from tutor.text.messages import say


def options_of(question: Choice | Multi) -> list[Option]:
    """Return the options in the author's order, their ids filled in."""
    return [
        msgspec.structs.replace(option, id=name)
        for option, name in zip(question.options, option_ids_of(question.options), strict=True)
    ]


def grade_choice(question: Choice, given: str) -> Graded:
    """Grade one option by its id; its reason is said, and that of the right one."""
    chosen = next((option for option in options_of(question) if option.id == given), None)
    if chosen is None:
        return unread(say("grading.form.choice", known=", ".join(option_ids_of(question.options))))
    if chosen.right:
        return Graded(right=True, say=chosen.why)
    right = tuple(option.why for option in question.options if option.right)
    return Graded(right=False, misconception=chosen.misconception, say=chosen.why, detail=right)


def grade_multi(question: Multi, given: Collection[object]) -> Graded:
    """Grade a set of options; what was missed or added is told with its reason."""
    options = options_of(question)
    if not given or not set(given) <= {option.id for option in options}:
        return unread(say("grading.form.multi", known=", ".join(option_ids_of(question.options))))
    missed = [option for option in options if option.right and option.id not in given]
    added = [option for option in options if not option.right and option.id in given]
    if not missed and not added:
        return Graded(right=True, detail=tuple(option.why for option in options if option.right))
    detail = [say("grading.missed", text=one.text.strip(), why=one.why.strip()) for one in missed]
    detail += [say("grading.added", text=one.text.strip(), why=one.why.strip()) for one in added]
    beliefs = {option.misconception for option in added} - {None}
    return Graded(
        right=False,
        misconception=beliefs.pop() if len(beliefs) == 1 else None,
        say=say("grading.multi", missed=len(missed), added=len(added)),
        detail=tuple(detail),
    )


def grade_order(question: Order, given: tuple[int, ...]) -> Graded:
    """Grade an order of the items, given by their 1-based numbers."""
    count = len(question.items)
    if sorted(given) != list(range(1, count + 1)):
        return unread(say("grading.form.order", n=count))
    if given == tuple(range(1, count + 1)):
        return Graded(right=True)
    known = listed(question.wrong, lambda answer: numbers(answer) == given)
    if known is not None:
        return known
    if given == tuple(range(count, 0, -1)):
        return Graded(right=False, slip="reversed", say=say("grading.slip.reversed"))
    wrong = [place for place, number in enumerate(given, 1) if place != number]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return Graded(right=False, slip="neighbours", say=say("grading.slip.neighbours"))
    in_place = wrong[0] - 1
    return Graded(right=False, say=say("grading.in_place", n=in_place) if in_place else "")


def numbers(answer: str) -> tuple[int, ...]:
    """Read an order as authors write it: ``2 1 3``; nothing if it is no list of numbers."""
    words = answer.replace(",", " ").split()
    return tuple(int(word) for word in words) if all(word.isdecimal() for word in words) else ()


def grade_match(question: Match, given: Mapping[str, str]) -> Graded:
    """Grade pairs; those that are none are told, with the words listed for them."""
    rights = set(question.pairs.values())
    if given.keys() != question.pairs.keys() or not set(given.values()) <= rights:
        return unread(say("grading.form.match"))
    wrong = [left for left, right in question.pairs.items() if given[left] != right]
    if not wrong:
        return Graded(right=True)
    detail = tuple(say("grading.not_pair", left=left, right=given[left]) for left in wrong)
    met = [
        one
        for one in question.wrong
        if (pair := pair_of(question, one.answer)) and given[pair[0]] == pair[1]
    ]
    beliefs = {one.misconception for one in met} - {None}
    count = say("grading.pairs", n=len(question.pairs) - len(wrong), total=len(question.pairs))
    return Graded(
        right=False,
        misconception=beliefs.pop() if len(beliefs) == 1 else None,
        say=" ".join(one.say.strip() for one in met) or count,
        detail=detail,
    )


def pair_of(question: Match, answer: str) -> tuple[str, str] | None:
    """Read ``left = right``; either side may hold a ``=`` itself."""
    for left in question.pairs:
        rest = answer.strip().removeprefix(left).lstrip()
        if answer.strip().startswith(left) and rest.startswith("="):
            right = rest[1:].strip()
            if right in question.pairs.values():
                return left, right
    return None
