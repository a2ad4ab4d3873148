"""Rules: what results cannot show. They look at what ran and at the syntax tree, never at text."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tutor.content.model import Exercise, Fix, Probe
from tutor.evaluator.findings import Breach
from tutor.evaluator.outcome import Difference
from tutor.text.messages import say


def breaches(
    item: Exercise, source: str, calls: list[list[Any]], operations: list[str]
) -> Iterator[Breach]:
    """Every rule of the exercise that the submission breaks, once each."""
    for name in item.rules.forbid_calls:
        line = next((call[1] for call in calls if _is_call(call, name)), None)
        if line is not None:
            yield _breach(item, "forbid_calls", name, line)
            break
    for name in item.rules.forbid_ops:
        if name in operations:
            yield _breach(item, "forbid_ops", name, None)
            break
    if item.rules.forbid_nodes or item.rules.forbid_imports:
        tree = ast.parse(source)
        yield from _first(item, "forbid_nodes", _nodes(item, tree))
        yield from _first(item, "forbid_imports", _imports(item, tree))


def _first(item: Exercise, rule: str, found: Iterator[tuple[str, int]]) -> Iterator[Breach]:
    for name, line in found:
        yield _breach(item, rule, name, line)
        return


def _breach(item: Exercise, rule: str, name: str, line: int | None) -> Breach:
    text = item.rules.say.get(rule) or say(f"evaluator.rule.{rule}", name=name, line=line)
    return Breach(rule, text, line, Difference(rule, name, "", name))


def _is_call(call: Any, name: str) -> bool:
    """``reshape`` matches torch.reshape and Tensor.reshape; a dotted name its end; ``*`` any."""
    if not (isinstance(call, list) and len(call) == 2 and isinstance(call[0], str)):
        return False
    if type(call[1]) is not int:
        return False
    return name == "*" or call[0] == name or call[0].endswith("." + name.removeprefix("torch."))


def growing(item: Exercise, name: str, counts: dict[int, Any]) -> Breach:
    """The breach of ``ops_constant_in``: counts of operations by size."""
    words = ", ".join(f"{name} = {n}: {count}" for n, count in counts.items())
    text = item.rules.say.get("ops_constant_in") or say(
        "evaluator.rule.ops_constant_in", name=name, counts=words
    )
    return Breach("ops_constant_in", text)


def first_sizes(item: Exercise | Fix) -> dict[str, int]:
    """The sizes that an exercise's inputs may name, as they are in every usual look."""
    sizes = item.rules.ops_constant_in if isinstance(item, Exercise) else {}
    return {name: values[0] for name, values in sizes.items()}


def mentions(probe: Probe, name: str) -> bool:
    """True when drawing the probe's inputs uses ``name``."""
    text = "\n".join([probe.draw, *probe.inputs.values()])
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


# --- the syntax tree --------------------------------------------------------------------------


def defined_names(source: str) -> set[str]:
    """Names bound at the top level of ``source``, imports excepted."""
    return {name for statement in ast.parse(source).body for name in _bound(statement)}


def names_in(code: str) -> list[str]:
    """Names that ``code`` reads or binds, in its order."""
    nodes = ast.walk(ast.parse(code.strip()))
    return [node.id for node in nodes if isinstance(node, ast.Name)]


def _bound(statement: ast.stmt) -> set[str]:
    """Names that a top-level statement binds."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return set()
    nodes = ast.walk(statement)
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _nodes(item: Exercise, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Forbidden nodes in the asked functions and in helpers of the learner's that they use."""
    for body in _asked(item, tree):
        for node in ast.walk(body):
            kind = type(node).__name__.removeprefix("Async")
            if kind in item.rules.forbid_nodes:
                yield _node_name(kind), getattr(node, "lineno", 0)


def _node_name(kind: str) -> str:
    try:
        return say(f"evaluator.node.{kind}")
    except KeyError:
        return kind


def _asked(item: Exercise, tree: ast.Module) -> list[ast.AST]:
    """Top-level statements that define what the probes use, and what these use in turn."""
    owners: dict[str, ast.AST] = {}
    for statement in tree.body:
        for name in _bound(statement):
            owners[name] = statement
    wanted = [name for name in defined_names(item.solutions[0]) if name in owners]
    reached: list[ast.AST] = []
    while wanted:
        owner = owners[wanted.pop()]
        if owner in reached:
            continue
        reached.append(owner)
        used = {n.id for n in ast.walk(owner) if isinstance(n, ast.Name)}
        wanted += [name for name in used if name in owners]
    return reached


def _imports(item: Exercise, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Uses of a forbidden module: through any name that an import bound to it or to its parts."""
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = alias.name.split(".")[0]
                if module in item.rules.forbid_imports:
                    bound[alias.asname or module] = module
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = node.module.split(".")[0]
            if module in item.rules.forbid_imports:
                bound |= {alias.asname or alias.name: module for alias in node.names}
    # Only in what the task asks for: a demo below it may use what it likes.
    for node in (node for body in _asked(item, tree) for node in ast.walk(body)):
        if isinstance(node, ast.Name) and node.id in bound and isinstance(node.ctx, ast.Load):
            yield bound[node.id], node.lineno
        elif isinstance(node, ast.Call) and _imports_by_call(node, item.rules.forbid_imports):
            yield str(node.args[0].value), node.lineno  # type: ignore[attr-defined]


def _imports_by_call(node: ast.Call, forbidden: tuple[str, ...]) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return (
        name in ("__import__", "import_module")
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).split(".")[0] in forbidden
    )


def names_used(source: str) -> set[str]:
    """Every name, attribute, keyword of a call and imported name in ``source``."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            names.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.name.split(".")[-1] for alias in node.names}
    return names


# --- questions of kind fix --------------------------------------------------------------------


def printed_as_asked(item: Fix, source: str, stdout: str) -> Iterator[Breach]:
    """The output must be the asked one, and come from the print lines that were there."""
    if _normal(stdout) != _normal(item.output):
        difference = Difference("stdout", "", item.output.rstrip(), stdout.rstrip()[:2000])
        yield Breach("output", say("evaluator.fix.output"), None, difference)
        return
    kept = _prints(item.code)
    for solution in item.solutions:
        kept &= _prints(solution)
    for text in sorted((kept - _prints(source)).elements()):
        yield Breach("prints", say("evaluator.fix.prints", code=text), None)
        return


def _normal(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def _prints(source: str) -> Counter[str]:
    return Counter(
        _normal_code(node, source)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    )


def _normal_code(node: ast.AST, source: str) -> str:
    """The node's code in one spelling; as it stands where it is nested too deeply for that."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return ast.get_source_segment(source, node) or ""
