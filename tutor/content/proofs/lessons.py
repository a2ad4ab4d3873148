"""Proof 6, of one lesson or quiz file: its steps, names and formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.content.checks import items_of
from tutor.content.computed import prose_of, scalars
from tutor.content.model import Lesson, Quiz
from tutor.content.proofs.found import Fault
from tutor.content.source import Source
from tutor.text.markdown import formulas, swallowed
from tutor.text.maths import trouble
from tutor.text.messages import say

# One step is one screen: what is longer belongs into two.
MOST_LINES = 40
_UNFINISHED = re.compile(r"\[TODO:? *([^\]\n]*)\]")


def check(lesson: Lesson) -> Iterator[Fault]:
    """What is wrong with a lesson as it is written, apart from its items."""
    for number, step in enumerate(lesson.steps):
        lines = len(step.text.strip().splitlines())
        if lines > MOST_LINES:
            message = say("validate.long_step", lines=lines, most=MOST_LINES)
            yield Fault("length", ("steps", number, "text"), message, MOST_LINES + 1)


def check_aliases(body: Lesson | Quiz, lesson_alias: str) -> Iterator[Fault]:
    """Aliases that do not begin with that of their lesson."""
    for trail, item in items_of(body):
        if item.alias and not item.alias.startswith(f"{lesson_alias}."):
            message = say("validate.alias", alias=item.alias, lesson=lesson_alias)
            yield Fault("alias", (*trail, "alias"), message)


def check_unfinished(source: Source) -> Iterator[Fault]:
    """Places that ``tutor new`` left to the author."""
    for trail, node in scalars(source.root):
        for found in _UNFINISHED.finditer(node.value):
            line = node.value.count("\n", 0, found.start()) + 1
            message = say("validate.unfinished", what=found[1])
            yield Fault("unfinished", trail, message, line)


def check_stars(source: Source) -> Iterator[Fault]:
    """Products whose stars would be taken for stress and not be shown."""
    for trail, node in prose_of(source.root):
        for inner in swallowed(node.value) if node.value.count("*") > 1 else ():
            line = node.value.count("\n", 0, max(node.value.find(f"*{inner}*"), 0)) + 1
            yield Fault("stars", trail, say("validate.stars", inner=inner), line)


def check_formulas(source: Source) -> Iterator[Fault]:
    """Formulas of a file that a terminal cannot show."""
    for trail, node in prose_of(source.root):
        if "$" not in node.value:
            continue
        for latex, inline in formulas(node.value):
            why = trouble(latex, inline=inline)
            if why:
                place = node.value.find(latex)
                line = node.value.count("\n", 0, max(place, 0)) + 1
                yield Fault("formula", trail, why, line)
