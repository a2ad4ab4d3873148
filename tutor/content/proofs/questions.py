"""Proof 6, of one question: what can be told without running it."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.content.model import Choice, Fix, Match, Multi, Order, Question
from tutor.content.proofs.exercises import check_probes
from tutor.content.proofs.found import Fault
from tutor.text.messages import say


def check(question: Question) -> Iterator[Fault]:
    """What is wrong with a question as it is written."""
    if isinstance(question, Choice | Multi):
        yield from _options(question)
    elif isinstance(question, Fix):
        yield from check_probes(question)
    elif isinstance(question, Order):
        yield from _order(question)
    elif isinstance(question, Match):
        yield from _match(question)
    for number, one in enumerate(getattr(question, "wrong", ())):
        if not one.say.strip():
            yield Fault("options", ("wrong", number, "say"), say("validate.no_reason"))


def _options(question: Choice | Multi) -> Iterator[Fault]:
    for number, option in enumerate(question.options):
        for key in ("text", "why"):
            if not getattr(option, key).strip():
                message = say(f"validate.no_{'reason' if key == 'why' else 'text'}")
                yield Fault("options", ("options", number, key), message)


def _order(question: Order) -> Iterator[Fault]:
    right = list(range(1, len(question.items) + 1))
    for number, one in enumerate(question.wrong):
        words = one.answer.replace(",", " ").split()
        given = [int(word) for word in words if word.isdecimal()]
        if sorted(given) != right or len(given) != len(words):
            message = say("validate.not_an_order", n=len(right))
            yield Fault("answers", ("wrong", number, "answer"), message)
        elif given == right:
            yield Fault("answers", ("wrong", number, "answer"), say("validate.wrong_is_right"))


def _match(question: Match) -> Iterator[Fault]:
    every = {
        f"{left} = {right}": question.pairs[left] == right
        for left in question.pairs
        for right in question.pairs.values()
    }
    for number, one in enumerate(question.wrong):
        true = every.get(one.answer.strip())
        if true is None:
            message = say("validate.not_a_pair")
            yield Fault("answers", ("wrong", number, "answer"), message)
        elif true:
            yield Fault("answers", ("wrong", number, "answer"), say("validate.wrong_is_right"))
