"""Proof 5, in prose: every ``{{expression = value}}`` is computed and compared."""

from __future__ import annotations

import json
from pathlib import Path

from tutor.content.computed import Quoted, agrees, as_stored, prose_of, quoted_in, scalars
from tutor.content.proofs.bench import Bench, quoted, told
from tutor.content.proofs.found import Fresh
from tutor.content.proofs.outputs import PREAMBLE
from tutor.content.source import Trail, open_source
from tutor.text.messages import say

# One program for all values of a file; a value that cannot be computed leaves the others alone.
_PROGRAM = """
import json
def _value(make):
    try:
        value = make()
        value = value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value
        return [True, str(value)]
    except Exception as error:
        return [False, f"{type(error).__name__}: {error}"]
print(json.dumps([_value(make) for make in (
"""


async def prove_prose(bench: Bench, path: Path) -> None:
    """Compute the values that the prose of one file quotes."""
    found: list[tuple[Trail, Quoted]] = []
    for trail, node in prose_of(open_source(path).root):
        if "{{" in node.value:
            found += [(trail, one) for one in quoted_in(node.value)]
    sound = [(trail, one) for trail, one in found if _is_expression(bench, path, trail, one)]
    if not sound:
        return
    samples = _samples(path)
    lines = "".join(
        f"lambda {_names(samples, trail)}: ({one.expression}),\n" for trail, one in sound
    )
    verdict = await bench.run(f"{PREAMBLE}{_PROGRAM}{lines})]))")
    if not verdict.passed:
        bench.find_in("prose", path, (), say("validate.does_not_run", told=told(verdict)))
        return
    values = json.loads(verdict.output.strip().splitlines()[-1])
    for (trail, one), (computed, text) in zip(sound, values, strict=True):
        if not computed:
            message = say("validate.prose_raises", expression=one.expression, why=quoted(text))
            bench.find_in("prose", path, trail, message, line=one.line)
        else:
            _compare(bench, path, trail, one, text)


def _samples(path: Path) -> dict[Trail, list[str]]:
    """What the names of each template stand for in the text as it is written."""
    found: dict[Trail, list[str]] = {}
    for trail, node in scalars(open_source(path).root):
        if trail[-2:-1] == ("sample",):
            number = node.tag.endswith((":int", ":float"))
            value = node.value if number else repr(node.value)
            found.setdefault(trail[:-2], []).append(f"{trail[-1]}={value}")
    return found


def _names(samples: dict[Trail, list[str]], trail: Trail) -> str:
    mine = (names for question, names in samples.items() if trail[: len(question)] == question)
    return ", ".join(next(mine, []))


def _compare(bench: Bench, path: Path, trail: Trail, one: Quoted, computed: str) -> None:
    if one.value is not None and agrees(one.value, computed):
        return
    key = "prose" if one.value is not None else "prose_empty"
    message = say(
        f"validate.{key}", expression=one.expression, stored=one.value, computed=quoted(computed)
    )
    bench.find_in("prose", path, trail, message, line=one.line)
    fresh = as_stored(one.value, computed)
    marker = f"{{{{{one.expression} = {fresh}}}}}"
    bench.fresh.append(Fresh(path, trail, marker, replaces=one.marker))


def _is_expression(bench: Bench, path: Path, trail: Trail, one: Quoted) -> bool:
    try:
        compile(one.expression.strip(), "<prose>", "eval", dont_inherit=True)
    except (SyntaxError, ValueError) as fault:
        why = getattr(fault, "msg", str(fault))
        message = say("validate.prose_syntax", expression=one.expression, why=why)
        bench.find_in("prose", path, trail, message, line=one.line)
        return False
    return True
