"""Values quoted in prose: ``{{math.exp(-1) = 0.368}}`` is shown as ``0.368``.

The expression stands beside its value, so that ``tutor validate`` can compute and compare it, and
``--write`` refresh it. A reader sees the value alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tutor.content.source import Trail

T = TypeVar("T")

# Keys whose text is prose for a reader. Code, answers and ids are not: there braces are braces.
PROSE = frozenset(
    ["about", "because", "hints", "note", "prompt", "say", "task", "text", "title", "truth", "why"]
)
_FILLED = re.compile(r"\{\{ ?([^{}\n]+?) = ([^{}=\n]*?) ?\}\}")
# Braces within a formula are LaTeX's own, unless an expression and its value stand between them.
_EITHER = re.compile(r"\{\{ ?([^{}\n]+?)(?: = ?([^{}=\n]*?))? ?\}\}|\$[^$\n]*\$")


@dataclass(frozen=True)
class Quoted:
    """One value in a text; ``value`` is None where the author left it to ``--write``."""

    marker: str  # the whole of it, braces included
    expression: str
    value: str | None
    line: int  # of the text, from 1


def quoted_in(text: str) -> Iterator[Quoted]:
    """Every ``{{expression = value}}`` of a text, and every ``{{expression}}`` outside formulas."""
    place = 0
    while found := _EITHER.search(text, place):
        if found.group(1) is None:  # a formula: look inside for filled ones only
            for inner in _FILLED.finditer(found.group()):
                yield _quoted(inner, text, found.start())
        else:
            yield _quoted(found, text, 0)
        place = found.end()


def _quoted(found: re.Match[str], text: str, before: int) -> Quoted:
    line = text.count("\n", 0, before + found.start()) + 1
    return Quoted(found.group(), found.group(1), found.group(2) or None, line)


def shown(part: T) -> T:
    """The same struct with the values alone in its prose."""
    return _replaced(part, lambda found: found[2], prose=False)  # type: ignore[no-any-return]


def filled(part: T, values: Mapping[str, str]) -> T:
    """The same struct with other values in its prose.

    Args:
        part: With its markers, as the author wrote it.
        values: Expression -> value; the stored value stands where one is missing.
    """

    def value(found: re.Match[str]) -> str:
        return as_stored(found[2], values.get(found[1], found[2]))

    return _replaced(part, value, prose=False)  # type: ignore[no-any-return]


def _replaced(part: Any, value: Callable[[re.Match[str]], str], *, prose: bool) -> Any:
    if isinstance(part, str):
        return _FILLED.sub(value, part) if prose and "{{" in part else part
    if isinstance(part, tuple):
        return tuple(_replaced(one, value, prose=prose) for one in part)
    if isinstance(part, dict):
        return {key: _replaced(one, value, prose=prose) for key, one in part.items()}
    if not isinstance(part, msgspec.Struct):
        return part
    changed = {}
    for name in part.__struct_fields__:
        old = getattr(part, name)
        new = _replaced(old, value, prose=name in PROSE)
        if new != old:
            changed[name] = new
    return msgspec.structs.replace(part, **changed) if changed else part


def prose_of(root: Node) -> Iterator[tuple[Trail, ScalarNode]]:
    """Every text of a file that is prose for a reader, with the way to it."""
    return ((trail, node) for trail, node in scalars(root) if _is_prose(trail))


def scalars(node: Node, trail: tuple[str | int, ...] = ()) -> Iterator[tuple[Trail, ScalarNode]]:
    """Every value of a file, with the way to it."""
    if isinstance(node, MappingNode):
        for key, child in node.value:
            if isinstance(key, ScalarNode):
                yield from scalars(child, (*trail, key.value))
    elif isinstance(node, SequenceNode):
        for number, child in enumerate(node.value):
            yield from scalars(child, (*trail, number))
    elif isinstance(node, ScalarNode):
        yield trail, node


def _is_prose(trail: Trail) -> bool:
    """The last key of the way tells; under ``say`` of the rules stand the names of rules."""
    keys = [step for step in trail if isinstance(step, str)]
    return keys[-1:] != [] and (keys[-1] in PROSE or keys[-2:-1] == ["say"])


def agrees(stored: str, computed: str) -> bool:
    """True when a stored value is the computed one, rounded to the digits that are stored."""
    if stored == computed:
        return True
    try:
        kept, exact = Decimal(stored), Decimal(computed)
    except InvalidOperation:
        return False
    exponent = kept.as_tuple().exponent
    if not isinstance(exponent, int) or not exact.is_finite():
        return False
    if exponent >= 0 and "e" not in stored.lower():
        return kept == exact  # a whole number is not a rounded one: round() says so if it is
    return abs(kept - exact) <= Decimal(10) ** exponent / 2


def as_stored(stored: str | None, computed: str) -> str:
    """The computed value in the digits of the stored one; four significant ones without it."""
    try:
        exact = Decimal(computed)
    except InvalidOperation:
        return computed
    try:
        kept = Decimal(stored or "")
    except InvalidOperation:
        return computed if len(computed) <= 6 else f"{float(exact):.4g}"
    exponent = kept.as_tuple().exponent
    if not isinstance(exponent, int) or not exact.is_finite() or "e" in (stored or "").lower():
        return f"{float(exact):.4g}"
    return computed if exponent >= 0 else str(exact.quantize(Decimal(10) ** exponent))
