"""``--write``: stored outputs as they should be, put into a file that stays as it is otherwise.

The lines between a field's marks are edited, nothing else: comments, order, quoting and layout of
the rest are the author's. The file is read again for each edit, because an edit moves the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from tutor.content.proofs.found import Fresh
from tutor.content.source import Source, Trail, kind_of, node_at, open_source
from tutor.paths import atomic_write

_PLAIN = re.compile(r"[A-Za-z(][A-Za-z0-9_.()+*/ -]*")


def rewrite(fresh: Iterable[Fresh]) -> int:
    """Put fresh values into their files; return how many there were."""
    count = 0
    for one in fresh:
        source = open_source(one.path)
        lines = source.text.split("\n")
        _edit(source, lines, one)
        _save(one.path, "\n".join(lines))
        count += 1
    return count


def _save(path: Path, text: str) -> None:
    raw = path.read_bytes()
    if b"\r\n" in raw:  # as the author's editor had it
        text = text.replace("\n", "\r\n")
    mark = "\ufeff" if raw.startswith(b"\xef\xbb\xbf") else ""
    mode = path.stat().st_mode
    atomic_write(path, mark + text)
    path.chmod(mode & 0o777)


def _edit(source: Source, lines: list[str], one: Fresh) -> None:
    node = node_at(source.root, one.trail)
    if node is None:
        _add(source, lines, one)
    elif one.replaces:
        _within(lines, node, one)
    elif isinstance(node, ScalarNode) and node.style == "|":
        _block(lines, node, one.text, _column_of_key(source.root, one.trail))
    else:
        _inline(lines, node, one.text, _column_of_key(source.root, one.trail))


def _within(lines: list[str], node: Node, one: Fresh) -> None:
    """Replace a part of a field's text where it stands."""
    for number in range(node.start_mark.line, min(node.end_mark.line + 1, len(lines))):
        if one.replaces in lines[number]:
            lines[number] = lines[number].replace(one.replaces, one.text, 1)
            return


def _block(lines: list[str], node: Node, text: str, column: int) -> None:
    """Replace the lines beneath a bar; the key stands in ``column``."""
    first = last = node.start_mark.line + 1
    indent = " " * (column + 2)
    for number in range(first, min(node.end_mark.line + 1, len(lines))):
        line = lines[number]
        here = len(line) - len(line.lstrip())
        if not line.strip():
            continue
        if here <= column:  # the text is over; comments and blank lines beneath it are not its own
            break
        if last == first:
            indent = line[:here]
        last = number + 1
    if text.startswith(" "):  # the first line would be taken for the measure of them all
        indent = " " * (column + 2)
        head, bar = lines[first - 1], node.start_mark.column
        lines[first - 1] = head[:bar] + re.sub(r"^\|[1-9]?", "|2", head[bar:])
    lines[first:last] = _indented(text, indent)


def _inline(lines: list[str], node: Node, text: str, column: int) -> None:
    """Replace a value beside its key, by one of its own form, or by a block if it has lines."""
    start, end = node.start_mark, node.end_mark
    before = lines[start.line][: start.column]
    after = lines[end.line][end.column :]
    value = text.rstrip("\n")
    if "\n" in value:
        body = _indented(text, " " * (column + 2))
        lines[start.line : end.line + 1] = [f"{before}|{after}".rstrip(), *body]
        return
    lines[start.line : end.line + 1] = [before + _scalar(value, node) + after]


def _add(source: Source, lines: list[str], one: Fresh) -> None:
    """A key that is not there yet, after the last value of its mapping."""
    parent = node_at(source.root, one.trail[:-1])
    if not isinstance(parent, MappingNode) or not parent.value or parent.flow_style:
        return  # { ... } on one line: the author puts the key there
    indent = " " * parent.value[0][0].start_mark.column
    _, last = parent.value[-1]
    row = last.start_mark.line + 1
    while row < len(lines) and _is_inside(lines[row], len(indent)):
        row += 1
    while row > 1 and not lines[row - 1].strip():
        row -= 1
    lines[row:row] = [f"{indent}{one.trail[-1]}: |", *_indented(one.text, indent + "  ")]


def _is_inside(line: str, indent: int) -> bool:
    return not line.strip() or len(line) - len(line.lstrip()) > indent


def _column_of_key(root: Node, trail: Trail) -> int:
    parent = node_at(root, trail[:-1])
    return parent.value[0][0].start_mark.column if isinstance(parent, MappingNode) else 0


def _indented(text: str, indent: str) -> list[str]:
    return [(indent + line).rstrip() for line in text.rstrip("\n").split("\n")]


def _scalar(value: str, node: Node) -> str:
    """A value in the form that the old one had, as far as that can hold it."""
    style = node.style if isinstance(node, ScalarNode) else None
    if style == "'":
        return "'" + value.replace("'", "''") + "'"
    if not style and (kind_of(node) in ("int", "float") or _means_itself(value)):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _means_itself(value: str) -> bool:
    """True for text that needs no quotes: YAML reads it as that very text."""
    if not _PLAIN.fullmatch(value):
        return False
    node = yaml.compose(value, Loader=yaml.SafeLoader)
    return node is not None and kind_of(node) == "str"
