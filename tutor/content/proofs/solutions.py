"""Proof 1: right answers pass, the starter is no attempt, and nothing is no answer."""

from __future__ import annotations

import ast
import asyncio

import msgspec

from tutor.content.model import Exercise, Fix
from tutor.content.proofs.bench import INTERNAL, Bench, told
from tutor.text.messages import say

_SEED = 2
NOT_ATTEMPTED = "not_attempted"


async def prove_solutions(bench: Bench, item: Exercise | Fix) -> bool:
    """True when every solution passes under every seed, each in two fresh processes.

    An odd seed shuffles the probes.
    """
    runs = [(number, seed) for number in range(len(item.solutions)) for seed in bench.seeds]
    return all(await asyncio.gather(*(_passes(bench, item, *run) for run in runs)))


async def _passes(bench: Bench, item: Exercise | Fix, number: int, seed: int) -> bool:
    """A solution is measured by the others: by itself every one of them would pass."""
    where, code = ("solutions", number), item.solutions[number]
    measure = item.solutions[:1]
    verdict = await bench.check(_measured(item, measure), code, seed, about=where, patient=True)
    others = tuple(one for n, one in enumerate(item.solutions) if n not in (0, number))
    if number and others and not verdict.passed:  # the first may be the odd one out
        again = await bench.check(_measured(item, others), code, seed, about=where, patient=True)
        verdict = again if again.passed else verdict
    bench.tally(item).ms.append(verdict.ms)
    if not verdict.passed and verdict.outcome != INTERNAL:
        key = "solution_alone" if number else "solution"
        message = say(f"validate.{key}", seed=seed, told=told(verdict))
        bench.find("solution", item.id, where, message, line=verdict.line)
    return verdict.passed


def _measured(item: Exercise | Fix, solutions: tuple[str, ...]) -> Exercise | Fix:
    return msgspec.structs.replace(item, solutions=solutions)


async def prove_starter(bench: Bench, item: Exercise) -> None:
    """The starter is no attempt; with ``pass`` for every ``...`` it fails."""
    verdict = await bench.check(item, item.starter, _SEED, about=("starter",))
    if verdict.outcome != NOT_ATTEMPTED:
        bench.find("starter", item.id, ("starter",), say("validate.starter", told=told(verdict)))
    try:
        emptied = with_pass(item.starter)
    except SyntaxError as fault:
        message = say("validate.starter_syntax", why=fault.msg)
        bench.find("starter", item.id, ("starter",), message, line=fault.lineno)
        return
    if emptied == item.starter:
        return  # there is code to repair, and no blank to fill
    verdict = await bench.check(item, emptied, _SEED, about=("starter",))
    if verdict.outcome not in ("wrong", "error", INTERNAL):
        bench.find("starter", item.id, ("starter",), say("validate.pass", told=told(verdict)))


def with_pass(starter: str) -> str:
    """The starter with its blanks filled with nothing: ``pass`` for a line, None for a value.

    Raises SyntaxError when the starter is not Python.
    """
    tree = ast.parse(starter)
    filled = ast.unparse(_Nothing().visit(ast.parse(starter)))
    return starter if filled == ast.unparse(tree) else filled + "\n"


class _Nothing(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if isinstance(node.value, ast.Constant) and node.value.value is ...:
            return ast.Pass()
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return node  # x[..., 0] says which dimension, and leaves nothing out

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(None) if node.value is ... else node


async def prove_broken_code(bench: Bench, item: Fix) -> None:
    """Broken code is no attempt, and typing the answer into a print is no repair."""
    verdict = await bench.check(item, item.code, _SEED, about=("code",))
    if verdict.outcome != NOT_ATTEMPTED:
        bench.find("starter", item.id, ("code",), say("validate.starter", told=told(verdict)))
    typed = f"print({item.output.strip()!r})\n"
    verdict = await bench.check(item, typed, _SEED, about=("output",))
    if verdict.passed:
        bench.find("starter", item.id, ("output",), say("validate.typed_output"))
