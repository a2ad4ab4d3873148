"""What must hold inside one file beyond the form of its parts: step names, options, probes.

Each check yields the way to the field and a sentence; ``files`` turns both into a ``Problem``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from tutor.content.model import (
    Blank,
    Choice,
    Exercise,
    Fix,
    Lesson,
    Match,
    Misconception,
    Multi,
    Numeric,
    Option,
    Order,
    Probe,
    Question,
    Quiz,
    Step,
)
from tutor.content.phrases import nearest
from tutor.content.source import Trail
from tutor.text.messages import say

Finding: TypeAlias = tuple[Trail, str]


def step_key(step: Step) -> str:
    """Return the name of a step within its lesson: its title in lower case, joined by ``-``."""
    plain = unicodedata.normalize("NFKC", step.title).casefold()
    return "-".join(re.findall(r"\w+", plain))


def check_lesson(lesson: Lesson) -> Iterator[Finding]:
    """What is wrong inside a lesson."""
    first: dict[str, int] = {}
    for number, step in enumerate(lesson.steps):
        trail: Trail = ("steps", number)
        key = step_key(step)
        if not key:
            yield (*trail, "title"), say("content.step.no_key")
        elif key in first:
            yield (*trail, "title"), say("content.step.same_title", other=first[key] + 1)
        first.setdefault(key, number)
        if not (step.text or step.example or step.question or step.exercise or step.visual):
            yield trail, say("content.step.empty")
        if step.exercise:
            yield from _under((*trail, "exercise"), check_exercise(step.exercise))
        if step.question and not isinstance(step.question, str):
            yield from _under((*trail, "question"), check_question(step.question))
    yield from _same("objectives", [one.id for one in lesson.objectives], "content.same_objective")
    known = [one.id for one in lesson.objectives]
    for trail, item in items_of(lesson):
        yield from _under(trail, check_objectives(item, known))


def check_quiz(quiz: Quiz) -> Iterator[Finding]:
    """What is wrong inside a quiz."""
    for number, question in enumerate(quiz.questions):
        yield from _under(("questions", number), check_question(question))


def check_misconceptions(registry: Sequence[Misconception]) -> Iterator[Finding]:
    """Ids that are there twice."""
    for trail, message in _same("", [one.id for one in registry], "content.same_misconception"):
        yield trail[1:], message


def items_of(body: Lesson | Quiz) -> Iterator[tuple[Trail, Exercise | Question]]:
    """The exercises and questions of a file, each with the way to it."""
    if isinstance(body, Quiz):
        for number, question in enumerate(body.questions):
            yield ("questions", number), question
        return
    for number, step in enumerate(body.steps):
        if step.exercise:
            yield ("steps", number, "exercise"), step.exercise
        if step.question and not isinstance(step.question, str):
            yield ("steps", number, "question"), step.question


def check_objectives(item: Exercise | Question, known: Sequence[str]) -> Iterator[Finding]:
    """Objectives of an item that its lesson does not have."""
    for number, objective in enumerate(item.objectives):
        if objective not in known:
            message = say("content.no_objective", id=objective, near=nearest(objective, known))
            yield ("objectives", number), message


def misconceptions_of(item: Exercise | Question) -> Iterator[tuple[Trail, str]]:
    """The misconception ids that an item names, each with the way to it."""
    if isinstance(item, Exercise):
        for number, mistake in enumerate(item.misconceptions):
            yield ("misconceptions", number, "id"), mistake.id
    elif isinstance(item, Fix):
        for number, mistake in enumerate(item.mistakes):
            yield ("mistakes", number, "id"), mistake.id
    else:
        key = "options" if isinstance(item, Choice | Multi) else "wrong"
        for number, answer in enumerate(getattr(item, key)):
            if answer.misconception:
                yield (key, number, "misconception"), answer.misconception


def check_exercise(exercise: Exercise) -> Iterator[Finding]:
    """What is wrong inside an exercise."""
    yield from _check_probes(exercise.probes)


def check_question(question: Question) -> Iterator[Finding]:
    """What is wrong inside a question."""
    if isinstance(question, Choice | Multi):
        yield from _check_options(question)
    elif isinstance(question, Fix):
        yield from _check_probes(question.probes)
    elif isinstance(question, Order):
        yield from _same("items", question.items, "content.same_entry")
    elif isinstance(question, Match):
        rights = list(question.pairs.values())
        for left, right in question.pairs.items():
            if rights.count(right) > 1:
                yield ("pairs", left), say("content.same_right")
    elif isinstance(question, Numeric):
        yield from _check_draw(question)
    elif isinstance(question, Blank) and "___" not in question.prompt + question.code:
        yield ("prompt",), say("content.no_blank")


def _check_draw(question: Numeric) -> Iterator[Finding]:
    if question.draw.keys() != question.sample.keys():
        names = ", ".join(question.draw) or say("content.nothing_drawn")
        yield ("sample",), say("content.other_sample", names=names)
    for number, wrong in enumerate(question.wrong):
        if question.draw and not wrong.key:
            yield ("wrong", number), say("content.no_wrong_key")
        elif wrong.key and not question.draw:
            yield ("wrong", number, "key"), say("content.wrong_key_without_draw")


def _check_options(question: Choice | Multi) -> Iterator[Finding]:
    right = [number for number, option in enumerate(question.options) if option.right]
    if not right:
        yield ("options",), say("content.none_right")
    elif isinstance(question, Choice):
        for number in right[1:]:
            yield ("options", number), say("content.two_right", other=right[0] + 1)
    for number, option in enumerate(question.options):
        if option.right and option.misconception:
            yield ("options", number, "misconception"), say("content.right_misconception")
    yield from _same("options", option_ids_of(question.options), "content.same_option")
    texts = [" ".join(option.text.split()) for option in question.options]
    yield from _same("options", texts, "content.same_entry")


def option_ids_of(options: Sequence[Option]) -> tuple[str, ...]:
    """Return the options' ids; those that the author left out are a, b, c, ... by place."""
    return tuple(
        option.id or (chr(ord("a") + number) if number < 26 else f"o{number + 1}")
        for number, option in enumerate(options)
    )


def _check_probes(probes: Sequence[Probe]) -> Iterator[Finding]:
    for number, probe in enumerate(probes):
        if (probe.call is None) == (probe.run is None):
            yield ("probes", number), say("content.call_or_run")
    yield from _same("probes", [probe.name for probe in probes], "content.same_entry")


def _same(key: str, values: Iterable[str], message: str) -> Iterator[Finding]:
    """Values of a list that were there before."""
    first: dict[str, int] = {}
    for number, value in enumerate(values):
        if value in first:
            yield (key, number), say(message, value=value, other=first[value] + 1)
        first.setdefault(value, number)


def _under(trail: Trail, findings: Iterable[Finding]) -> Iterator[Finding]:
    for inner, message in findings:
        yield (*trail, *inner), message
