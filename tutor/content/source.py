"""From a YAML file to nodes that know their place, and from a fault to ``file:line:column``.

YAML is composed, never constructed: a node keeps the characters that the author typed (``1.10``,
``no``) and where they stand, so nothing is changed silently on the way to the structs.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tutor.text.messages import say

Trail: TypeAlias = Sequence[str | int]  # the way to a field: ("steps", 2, "exercise", "task")

MAX_BYTES = 8_000_000
MAX_VALUES = 400_000  # after every alias is written out
MAX_DEPTH = 100
# The composer recurses in C without a guard: 200,000 nested lists end the process. A file with
# fewer openings than this is too shallow to do harm and is spared the slower look.
_OPENINGS_TO_LOOK_AT = 5_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in a file of the course; ``line`` and ``column`` count from 1."""

    path: Path
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class ContentError(Exception):
    """A file of the course that cannot be used; ``problems`` holds all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Source:
    """A composed YAML file."""

    path: Path
    root: Node
    text: str

    def at(self, node: Node, message: str) -> Problem:
        """A problem at the start of a node."""
        return Problem(self.path, node.start_mark.line + 1, node.start_mark.column + 1, message)

    def problem(self, trail: Trail, message: str, *, line: int = 1) -> Problem:
        """A problem at a field; ``line`` counts the lines of its text from 1."""
        return Problem(self.path, *self.place(trail, line=line), message)

    def place(self, trail: Trail, *, line: int = 1) -> tuple[int, int]:
        """Return the file's (line, column) of a line inside a field's text.

        True for ``|`` blocks, the form that code takes; folded and quoted text (``>``, ``"..."``)
        is only near it, because YAML joins its lines. A trail that leads nowhere ends at the last
        node on the way.
        """
        node = self.root
        for step in trail:
            child = _child(node, step)
            if child is None:
                break
            node = child
        row = node.start_mark.line + line
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            row += 1  # the text starts beneath the bar
        elif line == 1:
            return row, node.start_mark.column + 1
        lines = self.text.splitlines()
        row = min(row, len(lines) or 1)
        here = lines[row - 1] if lines else ""
        return row, len(here) - len(here.lstrip()) + 1


def open_source(path: Path) -> Source:
    """Read and compose one file.

    Raises:
        ContentError: it is missing, too large, not text, not YAML, or expands beyond reason.
    """
    text = read_text(path)
    try:
        _refuse_depth(path, text)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as fault:
        raise ContentError([_syntax(path, text, fault)]) from None
    except yaml.reader.ReaderError as fault:
        row, column = _row_column(text, fault.position)
        message = say("content.control", code=f"U+{int(fault.character):04X}")
        raise ContentError([Problem(path, row, column, message)]) from None
    if root is None:
        raise ContentError([Problem(path, 1, 1, say("content.empty"))])
    if "&" in text:
        _refuse_bomb(path, root)
    return Source(path, root, text)


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises:
        ContentError: it is missing, no ordinary file, larger than ``MAX_BYTES``, or not UTF-8.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise ContentError([Problem(path, 1, 1, say("content.not_a_file"))])
        if about.st_size > MAX_BYTES:
            size = say("content.too_large", size=about.st_size // 10**6, limit=MAX_BYTES // 10**6)
            raise ContentError([Problem(path, 1, 1, size)])
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ContentError([Problem(path, 1, 1, say("content.missing_file"))]) from None
    except OSError as fault:
        why = say("content.unreadable", why=fault.strerror or str(fault))
        raise ContentError([Problem(path, 1, 1, why)]) from None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        before = raw[: fault.start].decode("utf-8", "replace")
        where = _row_column(before, len(before))
        raise ContentError([Problem(path, *where, say("content.not_utf8"))]) from None


def pairs(node: Node | None) -> dict[str, Node]:
    """Return a mapping node's values by key; of a double key the first; of other nodes none."""
    found: dict[str, Node] = {}
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                found.setdefault(key.value, value)
    return found


def elements(node: Node | None) -> list[Node]:
    """Return a sequence node's elements; of other nodes none."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def node_at(root: Node, trail: Trail) -> Node | None:
    """Return the node that a trail leads to; None where it leads nowhere."""
    node: Node | None = root
    for step in trail:
        node = _child(node, step) if node is not None else None
    return node


def kind_of(node: Node) -> str:
    """Return YAML's word for what a node is: str, int, float, bool, null, map, seq, ...

    A tag of the author's own (``!thing``) comes back as it is.
    """
    return str(node.tag).removeprefix(_TAG)


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(step, str):
        return pairs(node).get(step)
    inside = elements(node)
    return inside[step] if -len(inside) <= step < len(inside) else None


def _row_column(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


# Words of the YAML library -> key of the catalogue; the first match counts.
_SYNTAX = (
    ("mapping values are not allowed", "colon"),
    ("found undefined alias", "alias"),
    ("found another document", "documents"),
    ("unexpected end of stream", "unclosed_quote"),
    ("unknown escape", "escape"),
    ("did not find expected ',' or", "unclosed_list"),
    ("did not find expected '-'", "dash"),
    ("did not find expected key", "indent"),
    ("could not find expected ':'", "no_colon"),
    ("sequence entries are not allowed", "dash_here"),
)


def _syntax(path: Path, text: str, fault: yaml.MarkedYAMLError) -> Problem:
    words = f"{fault.problem}"
    mark = fault.problem_mark or fault.context_mark
    if "end of stream" in words:
        mark = fault.context_mark or mark  # where the quote was opened, not where the file ends
    row, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if "cannot start any token" in words:
        line = text.splitlines()[row - 1]
        character = line[column - 1 : column]
        key = "tab" if "\t" in line[:column] else "character"
        return Problem(path, row, column, say(f"content.yaml.{key}", character=character))
    key = next((key for part, key in _SYNTAX if part in words), "other")
    return Problem(path, row, column, say(f"content.yaml.{key}", words=words))


def _refuse_depth(path: Path, text: str) -> None:
    if sum(text.count(opening) for opening in ("[", "{", "- ", "? ")) < _OPENINGS_TO_LOOK_AT:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            row = event.start_mark.line + 1 if event.start_mark else 1
            raise ContentError([Problem(path, row, 1, say("content.too_deep", limit=MAX_DEPTH))])


def _refuse_bomb(path: Path, root: Node) -> None:
    """Stop at aliases that stand for more values than any lesson has, or for themselves."""
    count = 0
    on_the_way: set[int] = set()
    todo: list[tuple[Node, bool]] = [(root, False)]
    while todo:
        node, leaving = todo.pop()
        if leaving:
            on_the_way.discard(id(node))
            continue
        count += 1
        if count > MAX_VALUES or id(node) in on_the_way:
            row, column = node.start_mark.line + 1, node.start_mark.column + 1
            raise ContentError([Problem(path, row, column, say("content.bomb", limit=MAX_VALUES))])
        inside = list(_inside(node))
        if inside:
            on_the_way.add(id(node))
            todo.append((node, True))
            todo.extend((child, False) for child in reversed(inside))


def _inside(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, SequenceNode):
        yield from node.value
