"""Phrases that the problems of a file are made of."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

import yaml
from msgspec import inspect
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tutor.content.source import kind_of
from tutor.text.messages import say


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the nearest known word, or the known ones if few."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return say("content.did_you_mean", near=near[0])
    return say("content.known", known=", ".join(known)) if 0 < len(known) <= 25 else ""


def part_name(kind: inspect.StructType) -> str:
    """Return a struct's name in words: WrongAnswer -> wrong answer."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.cls.__name__).lower()
    return f"{words} question" if kind.tag_field else words


def found_at(node: Node) -> str:
    """Return what stands at a node, for "expected ..., found ..."."""
    if isinstance(node, MappingNode):
        return say("content.found.table")
    if isinstance(node, SequenceNode):
        return say("content.found.list")
    if kind_of(node) == "null":
        return say("content.found.nothing")
    shown = node.value if len(node.value) <= 40 else node.value[:37] + "..."
    return say("content.found.text", value=shown)


def read_as(node: ScalarNode) -> str:
    """Return what YAML makes of unquoted characters: ``no`` -> false, ``12:30`` -> 750."""
    try:
        value = yaml.safe_load(node.value)
    except (yaml.YAMLError, ValueError):
        return kind_of(node)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
