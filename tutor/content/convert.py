"""Nodes into structs, part by part, so that every fault of a file is told at once.

msgspec's own conversion stops at the first fault and knows no lines; its description of the
structs (``msgspec.inspect``) is used here to walk nodes and types side by side.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable
from functools import cache
from typing import Any, TypeVar

from msgspec import inspect
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tutor.content.phrases import found_at, nearest, part_name, read_as
from tutor.content.source import Problem, Source, kind_of
from tutor.text.messages import say

T = TypeVar("T")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_LIKE_A_BOOL = {"yes", "no", "on", "off", "true", "false"}


class _Bad:
    """Stands for a value that could not be made; its problem is already told."""


_BAD = _Bad()


def convert(
    source: Source, node: Node, kind: type[T], problems: list[Problem], *, many: bool = False
) -> T | None:
    """Return the struct that a node describes; on any fault add to ``problems``, return None.

    With ``many`` the node is a list of that struct and the result a tuple.
    """
    described = _described(kind)  # type: ignore[arg-type]  # a class is hashable
    if many:
        described = inspect.VarTupleType(described)
    value = _Walk(source, problems).value(node, described, say("content.part.file"))
    return None if isinstance(value, _Bad) else value


@cache
def _described(kind: Hashable) -> inspect.Type:
    return inspect.type_info(kind)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


class _Walk:
    """One walk over nodes and types; ``name`` is the key that leads to a node, for messages."""

    def __init__(self, source: Source, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems

    def bad(self, node: Node, text: str, /, **values: object) -> _Bad:
        self.problems.append(self.source.at(node, say(f"content.{text}", **values)))
        return _BAD

    def value(self, node: Node, kind: inspect.Type, name: str) -> Any:
        described = ""
        if isinstance(kind, inspect.Metadata):
            described = (kind.extra_json_schema or {}).get("description", "")
            kind = kind.type
        match kind:
            case inspect.UnionType():
                return self.union(node, kind, name)
            case inspect.StructType():
                return self.struct(node, kind, name)
            case inspect.VarTupleType():
                return self.elements(node, kind, name)
            case inspect.DictType():
                return self.table(node, kind, name)
            case inspect.StrType():
                return self.text(node, kind, name, described)
            case inspect.LiteralType():
                return self.literal(node, kind, name)
            case _:
                return self.scalar(node, kind, name)

    def struct(self, node: Node, kind: inspect.StructType, name: str) -> Any:
        if not isinstance(node, MappingNode):
            keys = ", ".join(field.encode_name for field in kind.fields if field.required)
            return self.bad(node, "wants_keys", name=name, keys=keys, found=found_at(node))
        fields = {field.encode_name: field for field in kind.fields}
        known = fields.keys() | ({kind.tag_field} if kind.tag_field else set())
        before = len(self.problems)
        values: dict[str, Any] = {}
        for key, child in self.entries(node):
            if key.value not in known:
                near = nearest(key.value, known)
                self.bad(key, "unknown_key", key=key.value, part=part_name(kind), near=near)
            elif key.value in fields:
                field = fields[key.value]
                values[field.name] = self.value(child, field.type, key.value)
        for field in kind.fields:
            if field.required and field.name not in values:
                self.bad(node, "missing_key", key=field.encode_name, part=part_name(kind))
        return _BAD if len(self.problems) > before else kind.cls(**values)

    def union(self, node: Node, kind: inspect.UnionType, name: str) -> Any:
        kinds = [_bare(one) for one in kind.types]
        if kind_of(node) == "null" and any(isinstance(one, inspect.NoneType) for one in kinds):
            return None
        structs = [one for one in kinds if isinstance(one, inspect.StructType)]
        others = [
            one
            for one in kind.types
            if not isinstance(_bare(one), inspect.StructType | inspect.NoneType)
        ]
        if structs and (isinstance(node, MappingNode) or not others):
            if len(structs) == 1:
                return self.struct(node, structs[0], name)
            return self.tagged(node, structs, name)
        return self.value(
            node, next((o for o in others if _suits(node, _bare(o))), others[0]), name
        )

    def tagged(self, node: Node, structs: list[inspect.StructType], name: str) -> Any:
        """Of several structs the one that the key ``kind`` names."""
        field = structs[0].tag_field or "kind"
        by_tag = {str(one.tag): one for one in structs}
        if not isinstance(node, MappingNode):
            return self.bad(node, "wants_keys", name=name, keys=field, found=found_at(node))
        for key, child in node.value:
            if key.value == field:
                chosen = by_tag.get(child.value) if isinstance(child, ScalarNode) else None
                if chosen is None:
                    word = child.value if isinstance(child, ScalarNode) else found_at(child)
                    near = nearest(word, by_tag)
                    return self.bad(child, "unknown_value", value=word, name=field, near=near)
                return self.struct(node, chosen, name)
        return self.bad(node, "no_kind", name=name, key=field, known=", ".join(by_tag))

    def elements(self, node: Node, kind: inspect.VarTupleType, name: str) -> Any:
        if not isinstance(node, SequenceNode):
            return self.bad(node, "wants_list", name=name, found=found_at(node))
        values = [self.value(child, kind.item_type, name) for child in node.value]
        if len(values) < (kind.min_length or 0):
            return self.bad(node, "too_few", name=name, count=kind.min_length, found=len(values))
        return _BAD if _BAD in values else tuple(values)

    def table(self, node: Node, kind: inspect.DictType, name: str) -> Any:
        if not isinstance(node, MappingNode):
            return self.bad(node, "wants_table", name=name, found=found_at(node))
        values: dict[str, Any] = {}
        wrong = False
        for key, child in self.entries(node):
            if kind_of(key) != "str":
                wrong = True
                self.bad(key, "quote_key", value=key.value, found=read_as(key))
                continue
            values[key.value] = self.value(child, kind.value_type, key.value)
        if len(node.value) < (kind.min_length or 0):
            return self.bad(
                node, "too_few", name=name, count=kind.min_length, found=len(node.value)
            )
        return _BAD if wrong or _BAD in values.values() else values

    def entries(self, node: MappingNode) -> Iterable[tuple[ScalarNode, Node]]:
        """Keys and values; a key that is no scalar, or comes twice, is told and left out."""
        first: dict[str, ScalarNode] = {}
        for key, child in node.value:
            if not isinstance(key, ScalarNode):
                self.bad(key, "key_not_text", found=found_at(key))
            elif key.value in first:
                line = first[key.value].start_mark.line + 1
                self.bad(key, "double_key", key=key.value, line=line)
            else:
                first[key.value] = key
                yield key, child

    def text(self, node: Node, kind: inspect.StrType, name: str, described: str) -> Any:
        if not isinstance(node, ScalarNode):
            return self.bad(node, "wants_text", name=name, found=found_at(node))
        read = kind_of(node)
        if read == "null":
            return self.bad(node, "empty_text", name=name)
        if read in ("int", "float", "bool", "timestamp", "value", "merge"):
            return self.bad(node, "quote_text", name=name, value=node.value, found=read_as(node))
        if read != "str":
            return self.bad(node, "tag", tag=node.tag)
        if kind.pattern and not _pattern(kind.pattern).fullmatch(node.value):
            form = described or say("content.form", pattern=kind.pattern)
            return self.bad(node, "bad_form", name=name, value=node.value, form=form)
        return node.value

    def literal(self, node: Node, kind: inspect.LiteralType, name: str) -> Any:
        if not isinstance(node, ScalarNode):
            return self.bad(node, "wants_text", name=name, found=found_at(node))
        if node.value in kind.values:
            return node.value
        near = nearest(node.value, map(str, kind.values))
        return self.bad(node, "unknown_value", value=node.value, name=name, near=near)

    def scalar(self, node: Node, kind: inspect.Type, name: str) -> Any:
        word = "bool" if isinstance(kind, inspect.BoolType) else "number"
        whole = isinstance(kind, inspect.IntType)
        wanted = say(f"content.kind.{'int' if whole else word}")
        if not isinstance(node, ScalarNode) or kind_of(node) == "null":
            return self.bad(node, "wants", name=name, wanted=wanted, found=found_at(node))
        if node.style in ("'", '"'):
            return self.bad(node, "unquote", name=name, wanted=wanted, value=node.value)
        if word == "bool":
            if node.value in ("true", "false"):
                return node.value == "true"
            return self.bad(node, "wants_bool", name=name, value=node.value)
        if not (_INT if whole else _FLOAT).fullmatch(node.value):
            trap = "number_trap" if kind_of(node) in ("int", "float") else "wants_number"
            return self.bad(node, trap, name=name, wanted=wanted, value=node.value)
        return self.bounded(node, kind, name, int(node.value) if whole else float(node.value))

    def bounded(self, node: Node, kind: Any, name: str, number: float) -> Any:
        if not math.isfinite(number):
            return self.bad(node, "not_finite", name=name)
        for sign, limit, kept in (
            ("≥", kind.ge, kind.ge is None or number >= kind.ge),
            (">", kind.gt, kind.gt is None or number > kind.gt),
            ("≤", kind.le, kind.le is None or number <= kind.le),
            ("<", kind.lt, kind.lt is None or number < kind.lt),
        ):
            if not kept:
                return self.bad(node, "out_of_range", name=name, sign=sign, limit=limit)
        return number


def _suits(node: Node, kind: inspect.Type) -> bool:
    """Which of several kinds of scalar a value is written as."""
    if not isinstance(node, ScalarNode):
        return False
    if isinstance(kind, inspect.StrType):
        return kind_of(node) == "str"
    plain = node.style not in ("'", '"')
    pattern = _INT if isinstance(kind, inspect.IntType) else _FLOAT
    return plain and pattern.fullmatch(node.value) is not None


def _bare(kind: inspect.Type) -> inspect.Type:
    return kind.type if isinstance(kind, inspect.Metadata) else kind
