"""Proof 6: what is checked is said. A learner must not be refused for what the task keeps quiet.

What a probe expects can be judged by a reader alone; what can be told here is that the names a
submission must define, and the rules that it must keep, occur in the task at all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.content.model import Exercise
from tutor.content.proofs.found import Fault
from tutor.text.messages import say

_WORDS = {
    "For": ("for", "loop", "loops"),
    "While": ("while", "loop", "loops"),
    "ListComp": ("comprehension", "comprehensions", "loop", "loops"),
    "Lambda": ("lambda", "lambdas"),
    "Try": ("try", "except", "exception", "exceptions"),
    "If": ("if", "branch", "branches", "condition", "conditions"),
}


def check(item: Exercise) -> Iterator[Fault]:
    """Names and rules that neither the task nor the starter mentions."""
    words = _words(item.task) | _words(item.starter)
    for name in _asked(item):
        if name.casefold() not in words:
            yield Fault("task", ("task",), say("validate.unasked", name=name))
    rules = item.rules
    calls = {name.rpartition(".")[2].strip("_") for name in rules.forbid_calls}
    # Operations are mostly the net beneath the calls: one sentence states both.
    calls |= {name.rpartition(":")[2].strip("_") for name in rules.forbid_ops}
    for rule, names in (
        ("forbid_calls" if rules.forbid_calls else "forbid_ops", calls),
        ("forbid_imports", set(rules.forbid_imports)),
        ("forbid_nodes", {word for node in rules.forbid_nodes for word in _WORDS.get(node, ())}),
    ):
        known = {name.casefold() for name in names}
        if known and "*" not in known and not known & words:
            message = say("validate.unstated", rule=rule, names=", ".join(sorted(known)[:6]))
            yield Fault("task", ("task",), message)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _asked(item: Exercise) -> list[str]:
    """Names that the probes use and the first solution defines."""
    try:
        defined = _defined(ast.parse(item.solutions[0]))
        trees = [ast.parse((one.call or one.run or "").strip()) for one in item.probes]
    except (SyntaxError, ValueError):
        return []  # told elsewhere
    used = {n.id for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return sorted(defined & used)


def _defined(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    return found
