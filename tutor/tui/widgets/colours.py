"""Python's colours in the editor, asked of tree-sitter only for the lines that are drawn.

Textual's TextArea queries the whole syntax tree and draws every visible line anew at each key:
most of a key's time at 400 lines. Here a query covers one block of lines, when one of them is
drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

Span = tuple[int, int | None, str]
_BLOCK = 32

# Capture names of Textual's python.scm, and the editor's component classes that colour them.
# Three tones and two weights: a name that means nothing special keeps the text's own colour.
TONES = {
    "keyword": "keyword",
    "keyword.function": "keyword",
    "keyword.operator": "keyword",
    "keyword.return": "keyword",
    "conditional": "keyword",
    "repeat": "keyword",
    "include": "keyword",
    "exception": "keyword",
    "boolean": "keyword",
    "constant.builtin": "keyword",
    "string": "literal",
    "string.escape": "literal",
    "number": "literal",
    "float": "literal",
    "comment": "comment",
    "function": "name",
    "type.class": "name",
    "attribute": "keyword",
    "error": "plain",
}


class LineSpans(dict[int, list[Span]]):
    """Row -> coloured spans, filled a block of rows at a time when one is asked for.

    Args:
        query: gives the captures (name -> nodes) that touch the rows from a first to a last one.
    """

    def __init__(self, query: Callable[[int, int], dict[str, list[Node]]]) -> None:
        super().__init__()
        self._query = query

    def __bool__(self) -> bool:
        return True  # not yet asked is not the same as nothing to colour

    def __missing__(self, row: int) -> list[Span]:
        first = row - row % _BLOCK
        last = first + _BLOCK - 1
        for asked in range(first, last + 1):
            self[asked] = []
        for name, nodes in self._query(first, last).items():
            if name in TONES:
                for node in nodes:
                    self._add(node, name, first, last)
        return self[row]

    def _add(self, node: Node, name: str, first: int, last: int) -> None:
        top, left = node.start_point
        bottom, right = node.end_point
        for row in range(max(top, first), min(bottom, last) + 1):
            start = left if row == top else 0
            self[row].append((start, right if row == bottom else None, name))
