"""A program that patches what is no longer there attacks nothing, and passes as harmless."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from programs import Program, load, places

from tutor.evaluator import wire

_PACKAGE = "tutor."


def _module_of(node: ast.AST) -> str | None:
    """The module of ours in ``sys.modules['tutor...']``, or None."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        name = node.slice.value
        if isinstance(name, str) and name.startswith(_PACKAGE):
            return name
    return None


def _aims(tree: ast.AST) -> Iterator[tuple[str, str, ast.AST | None]]:
    """Module, attribute, and how it is called or what is put in its place, for all of them."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, name = node.targets[0], _module_of(node.value)
            if name and isinstance(target, ast.Name):
                known[target.id] = name
    made = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    placed = {
        id(target): made.get(node.value.id) if isinstance(node.value, ast.Name) else node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
    }
    placed |= {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = _module_of(node.value)
            if isinstance(node.value, ast.Name):
                name = known.get(node.value.id)
            if name:
                yield name, node.attr, placed.get(id(node))


def _accepts(made: ast.AST, real: Any) -> bool:
    """Whether a call of ``real``, or a function put in its place, fits what ``real`` takes."""
    if isinstance(made, ast.Call):
        try:
            inspect.signature(real).bind(*made.args, **{str(k.arg): k for k in made.keywords})
        except TypeError:
            return False
        return True
    if not isinstance(made, (ast.FunctionDef, ast.Lambda)):
        return True
    asked = inspect.signature(real).parameters.values()
    required = sum(p.default is p.empty and p.kind is not p.VAR_POSITIONAL for p in asked)
    given = made.args
    most = 99 if given.vararg else len(given.posonlyargs) + len(given.args)
    return len(given.args) - len(given.defaults) <= required <= most


def _tree(program: Program) -> ast.AST | None:
    try:
        return ast.parse(program.source(places({})))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None  # no program at all is also one of the programs


AIMED = [
    (program.name, aim)
    for program in load()
    if _PACKAGE in program.code
    for aim in _aims(_tree(program) or ast.Module([], []))
]


def test_many_programs_take_hold_of_our_own_modules() -> None:
    assert len({name for name, _ in AIMED}) >= 20


# Numbered: an id must not hold an address, or no two processes collect the same tests.
@pytest.mark.parametrize(
    ("program", "aim"), AIMED, ids=[f"{n}-{program}" for n, (program, _) in enumerate(AIMED)]
)
def test_what_a_program_takes_hold_of_is_there(
    program: str, aim: tuple[str, str, ast.AST | None]
) -> None:
    name, attribute, made = aim
    module = importlib.import_module(name)
    assert hasattr(module, attribute), f"{program}: {name} has no {attribute}"
    real = getattr(module, attribute)
    assert made is None or _accepts(made, real), f"{program}: {attribute} takes other arguments"


def test_forged_frames_begin_as_real_ones_do() -> None:
    forged = [program for program in load() if "struct.pack('<4s" in program.code]
    assert forged
    for program in forged:
        assert f"'{wire.HEAD.format}'" in program.code, program.name
        assert repr(wire.MAGIC) in program.code, program.name


def test_forged_answers_carry_all_that_a_real_one_carries() -> None:
    forged = [p for p in load() if "'nonce':" in p.code and "'seen':" in p.code]
    assert forged
    assert [program.name for program in forged if "'draw':" not in program.code] == []
