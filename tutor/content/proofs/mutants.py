"""Single-edit mutants of a solution, the same ones every time."""

from __future__ import annotations

import ast
import copy
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from tutor.content.proofs.edits import Change, edits, removable

MOST = 40


@dataclass(frozen=True)
class Mutant:
    """A solution with one edit. ``edit`` is the statement before and after, on one line."""

    kind: str
    edit: str
    line: int  # of the solution, from 1
    code: str


@lru_cache(maxsize=64)
def mutants(code: str, *, key: str, most: int = MOST) -> tuple[Mutant, ...]:
    """Return at most ``most`` mutants, of as many kinds as there are, always the same for a key."""
    made = _named_apart(list(_all(code)))
    by_kind: dict[str, list[Mutant]] = {}
    for mutant in made:
        by_kind.setdefault(mutant.kind, []).append(mutant)
    for kind, group in by_kind.items():
        random.Random(f"{key}/{kind}").shuffle(group)
    chosen: list[Mutant] = []
    while len(chosen) < most and any(by_kind.values()):
        chosen += [group.pop() for group in by_kind.values() if group]
    return tuple(sorted(chosen[:most], key=lambda one: (one.line, one.edit)))


def _all(code: str) -> Iterator[Mutant]:
    tree = ast.parse(code)
    nodes = list(ast.walk(tree))
    numbers = {node: number for number, node in enumerate(nodes)}
    bound_once = _bound_once(tree)
    seen = {ast.unparse(tree)}
    for node, owner in _statements(tree).items():
        for kind, change in _edits(node, bound_once):
            edited = ast.parse(code)  # several times faster than a deep copy
            copies = list(ast.walk(edited))
            after = _apply(edited, copies[numbers[node]], change, copies[numbers[owner]])
            text = ast.unparse(ast.fix_missing_locations(edited))
            if text in seen or not _compiles(text):
                continue
            seen.add(text)
            before = _head(owner)
            if kind == "order":
                before, after = _two_heads(node, copies[numbers[node]])
            yield Mutant(kind, f"{before} -> {after}", getattr(owner, "lineno", 1), text)


def _compiles(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _edits(node: ast.AST, bound_once: set[str]) -> Iterator[tuple[str, Change]]:
    yield from edits(node)
    if isinstance(node, ast.stmt) and removable(node, bound_once):
        yield "removed", lambda n: ast.Pass()
    body = getattr(node, "body", None)
    if isinstance(body, list):
        for place in range(len(body) - 1):
            if all(_is_a_call(body[place + step]) for step in (0, 1)):
                yield "order", partial(_swapped, place)


def _is_a_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _swapped(place: int, node: ast.FunctionDef) -> ast.AST:
    body = node.body
    body[place], body[place + 1] = body[place + 1], body[place]
    return node


def _two_heads(before: ast.AST, after: ast.AST) -> tuple[str, str]:
    """The two statements that changed places, in both orders."""
    old = [_head(one) for one in before.body]  # type: ignore[attr-defined]
    new = [_head(one) for one in after.body]  # type: ignore[attr-defined]
    place = next(n for n, (a, b) in enumerate(zip(old, new, strict=True)) if a != b)
    return "; ".join(old[place : place + 2]), "; ".join(new[place : place + 2])


def _statements(tree: ast.Module) -> dict[ast.AST, ast.stmt]:
    """Every node that may be edited, with the innermost statement it stands in."""
    owner: dict[ast.AST, ast.stmt] = {}

    def visit(node: ast.AST, statement: ast.stmt | None) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
            return
        if isinstance(node, ast.stmt):
            statement = node
        if statement is not None:
            owner[node] = statement
        if isinstance(node, ast.Raise | ast.Assert):
            return  # what an exception says is never compared
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    visit(child, statement)

    visit(tree, None)
    return owner


def _bound_once(tree: ast.Module) -> set[str]:
    """Names that a single statement binds: without it they are undefined."""
    stores = Counter(
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    )
    stores.update(n.arg for n in ast.walk(tree) if isinstance(n, ast.arg))
    return {name for name, count in stores.items() if count == 1}


def _apply(tree: ast.Module, target: ast.AST, change: Change, statement: ast.AST) -> str:
    """Put the change into the tree; return the head of the statement afterwards."""
    new = change(target)
    if new is not target:
        _Replace(target, new).visit(tree)
    if target is not statement:
        return _head(statement)
    if isinstance(new, list):
        return " ".join(_head(one) for one in new[:1])
    return _head(new)


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST | list[ast.stmt]) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        return self.new if node is self.old else self.generic_visit(node)


def _head(node: ast.AST) -> str:
    """A statement on one line; of a compound one its first lines, without the body."""
    if isinstance(getattr(node, "body", None), list):
        node = copy.copy(node)
        node.body = [ast.Pass()]  # type: ignore[attr-defined]
        for key in ("orelse", "finalbody", "handlers"):
            if getattr(node, key, None):
                setattr(node, key, [])
        if isinstance(node, ast.Try):
            return "try:"
        lines = ast.unparse(ast.fix_missing_locations(node)).splitlines()[:-1]
    else:
        lines = ast.unparse(ast.fix_missing_locations(node)).splitlines()
    return " ".join(line.strip() for line in lines)


def _named_apart(made: list[Mutant]) -> list[Mutant]:
    """The same edit in two places is told with its line."""
    count = Counter(one.edit for one in made)
    return [
        Mutant(one.kind, f"line {one.line}: {one.edit}", one.line, one.code)
        if count[one.edit] > 1
        else one
        for one in made
    ]
