"""Proof 6, of one exercise: what can be told without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.content.model import Exercise, Fix, Probe
from tutor.content.phrases import nearest
from tutor.content.proofs import stated
from tutor.content.proofs.found import Fault
from tutor.content.source import Trail
from tutor.text.messages import say

RULES = ("forbid_calls", "forbid_nodes", "forbid_ops", "forbid_imports", "ops_constant_in")
# Fewer characters than this are no line to give away: `y = x`, `return x`.
_GIVES_AWAY = 12


def check(item: Exercise) -> Iterator[Fault]:
    """What is wrong with an exercise as it is written."""
    yield from _hints(item)
    yield from _solutions(item)
    yield from _rules(item)
    yield from check_probes(item)
    yield from stated.check(item)
    if not item.objectives:
        yield Fault("objective", ("objectives",), say("validate.no_objectives"))


def _hints(item: Exercise) -> Iterator[Fault]:
    if len(item.hints) < 2:
        yield Fault("hints", ("hints",), say("validate.too_few_hints", found=len(item.hints)))
    given = {_squeezed(line) for line in item.starter.splitlines()}
    for number, hint in enumerate(item.hints[:2]):
        said = _squeezed(hint)
        for line in item.solutions[0].splitlines():
            code = _squeezed(line.partition("#")[0])
            if code in given or line.lstrip().startswith(("import ", "from ", "def ", "class ")):
                continue
            if len(code) >= _GIVES_AWAY and code in said:
                message = say("validate.hint_gives_away", code=line.strip())
                yield Fault("hints", ("hints", number), message)
                break


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _solutions(item: Exercise) -> Iterator[Fault]:
    trees: dict[str, int] = {}
    for number, code in enumerate(item.solutions):
        try:
            tree = ast.dump(ast.parse(code))
        except (SyntaxError, ValueError) as fault:
            yield _syntax(("solutions", number), fault)
            continue
        if tree in trees:
            message = say("validate.same_solution", other=trees[tree] + 1)
            yield Fault("solution", ("solutions", number), message)
        trees.setdefault(tree, number)
    if len(item.solutions) < 2:
        yield Fault("solution", ("solutions",), say("validate.one_solution"))


def _rules(item: Exercise) -> Iterator[Fault]:
    kept = [name for name in RULES if getattr(item.rules, name)]
    for name in item.rules.say:
        if name not in kept:
            message = say("validate.no_such_rule", name=name, near=nearest(name, kept))
            yield Fault("rules", ("rules", "say", name), message)
    for number, name in enumerate(item.rules.forbid_nodes):
        if not hasattr(ast, name):
            known = [kind for kind in dir(ast) if kind[0].isupper()]
            message = say("validate.no_such_node", name=name, near=nearest(name, known))
            yield Fault("rules", ("rules", "forbid_nodes", number), message)
    for name, sizes in item.rules.ops_constant_in.items():
        where = ("rules", "ops_constant_in", name)
        texts = "\n".join(t for p in item.probes for t in (p.draw, *p.inputs.values()))
        if not _mentions(texts, name):
            yield Fault("rules", where, say("validate.no_such_size", name=name))
        if len(set(sizes)) < 2:
            yield Fault("rules", where, say("validate.one_size"))


def check_probes(item: Exercise | Fix) -> Iterator[Fault]:
    """Probes whose code is no Python, that observe nothing, or that draw what nobody uses."""
    for number, probe in enumerate(item.probes):
        where = ("probes", number)
        broken = [*_broken(probe, where)]
        yield from broken
        if broken:
            continue
        if probe.run and "observe" not in _names(ast.parse(probe.run)):
            yield Fault("observe", (*where, "run"), say("validate.observes_nothing"))
        for name in probe.inputs:
            others = [text for key, text in probe.inputs.items() if key != name]
            texts = "\n".join([probe.call or "", probe.run or "", *others])
            if not _mentions(texts, name):
                yield Fault("inputs", (*where, "inputs", name), say("validate.unused", name=name))


def _broken(probe: Probe, where: Trail) -> Iterator[Fault]:
    texts: list[tuple[Trail, str, str]] = [((*where, "draw"), probe.draw, "exec")]
    texts += [((*where, "call"), probe.call or "0", "eval")]
    texts += [((*where, "run"), probe.run or "", "exec")]
    texts += [((*where, "inputs", k), v, "eval") for k, v in probe.inputs.items()]
    texts += [((*where, "require", n, "that"), r.that, "eval") for n, r in enumerate(probe.require)]
    for trail, text, mode in texts:
        try:
            compile(text.strip() if mode == "eval" else text, "<probe>", mode, dont_inherit=True)
        except (SyntaxError, ValueError) as fault:
            yield _syntax(trail, fault)


def _syntax(trail: Trail, fault: SyntaxError | ValueError) -> Fault:
    line = getattr(fault, "lineno", None) or 1
    return Fault("syntax", trail, say("validate.syntax", why=getattr(fault, "msg", fault)), line)


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None
