"""Everything about one exercise or question that needs running."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeAlias

from tutor.content.model import (
    Blank,
    Choice,
    Exercise,
    Fix,
    Multi,
    Numeric,
    Output,
    Question,
    Shape,
)
from tutor.content.proofs import outputs, refusals, solutions
from tutor.content.proofs.bench import Bench
from tutor.content.proofs.cost import prove_cost
from tutor.content.proofs.mutants import mutants
from tutor.content.proofs.mutation import prove_mutants
from tutor.content.proofs.tolerance import prove_tolerance

# How many runs it takes, about, and what is to be done.
Job: TypeAlias = tuple[int, Callable[[Bench], Coroutine[Any, Any, Any]]]


def job_of(item: Exercise | Question, seeds: int) -> Job:
    """The proofs of an item; solutions are tried under ``seeds`` seeds."""
    if isinstance(item, Exercise):
        codes = 2 * len(item.misconceptions) + len(item.wrong)
        tried = len(mutants(item.solutions[0], key=item.id)) if _parses(item) else 0
        runs = 3 + seeds * len(item.solutions) + codes + tried
        return runs, partial(prove_exercise, item=item)
    if isinstance(item, Fix):
        runs = 3 + seeds * len(item.solutions) + 2 * len(item.mistakes)
        return runs, partial(prove_fix, item=item)
    runs = isinstance(item, Output | Shape | Numeric) or bool(item.code)
    return int(runs), partial(prove_question, question=item)


def _parses(item: Exercise) -> bool:
    try:
        compile(item.solutions[0], "<solution>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


async def prove_exercise(bench: Bench, item: Exercise) -> None:
    """Everything about one exercise that needs running, in the order of what rests on what."""
    await solutions.prove_starter(bench, item)
    if not await solutions.prove_solutions(bench, item):
        return  # what is refused says nothing where what is right does not pass
    prove_cost(bench, item)
    refused = await refusals.prove_refusals(bench, item)
    await prove_tolerance(bench, item, refused.ended)
    await prove_mutants(bench, item, refused.by)


async def prove_fix(bench: Bench, item: Fix) -> None:
    """The same for a question that is answered by repairing code."""
    await outputs.prove_symptom(bench, item)
    await solutions.prove_broken_code(bench, item)
    if await solutions.prove_solutions(bench, item):
        prove_cost(bench, item)
        await refusals.prove_refusals(bench, item)


async def prove_question(bench: Bench, question: Question) -> None:
    """The key of a question, and the answers it lists."""
    if isinstance(question, Output | Shape):
        await outputs.prove_key(bench, question)
    elif isinstance(question, Numeric):
        await outputs.prove_number(bench, question)
        if question.draw:
            await outputs.prove_draws(bench, question)
    elif isinstance(question, Choice | Multi) and question.code:
        await outputs.prove_options(bench, question)
    if isinstance(question, Output | Shape | Numeric | Blank):
        outputs.prove_answers(bench, question)
