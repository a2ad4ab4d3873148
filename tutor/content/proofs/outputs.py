"""Proof 5: every stored output, key and answer is what really runs."""

from __future__ import annotations

import math
import re

from tutor.content.fresh import drawn, program
from tutor.content.model import Blank, Choice, Example, Fix, Multi, Numeric, Output, Shape
from tutor.content.proofs.bench import Bench, told
from tutor.content.proofs.handed import Verdict
from tutor.content.source import Trail
from tutor.text.messages import say

# What questions and computed values may take for granted.
PREAMBLE = "import math\nimport numpy as np\nimport torch\nfrom torch import nn\n"
DRAWS = range(1, 6)  # seeds
_PREAMBLE_LINES = PREAMBLE.count("\n")


def printed(output: str) -> str:
    """What a program printed itself: a warning is two lines, its text and the line of code."""
    warning = r"^exercise\.py:\d+: \w+Warning: .*\n(?:  .*\n)?"
    return re.sub(warning, "", output, flags=re.MULTILINE).rstrip()


async def prove_example(bench: Bench, lesson: str, where: Trail, example: Example) -> None:
    """An example runs, and prints what is stored."""
    verdict = await bench.run(example.code)
    if _ran(bench, "example", lesson, (*where, "code"), verdict, 0):
        _compare(bench, "example", lesson, (*where, "output"), example.output, verdict)


async def prove_key(bench: Bench, question: Output | Shape) -> None:
    """Running the code of a question prints its key."""
    verdict = await bench.run(PREAMBLE + question.code)
    kind, key = question.kind, "output" if isinstance(question, Output) else "answer"
    if _ran(bench, kind, question.id, ("code",), verdict, _PREAMBLE_LINES):
        _compare(bench, kind, question.id, (key,), getattr(question, key), verdict)


async def prove_number(bench: Bench, question: Numeric) -> None:
    """The key of a numeric question computes its answer."""
    names = "".join(f"{name} = {value!r}; " for name, value in question.sample.items())
    verdict = await bench.run(f"{PREAMBLE}{names}print(float(\n{question.key}\n))")
    if not _ran(bench, "numeric", question.id, ("key",), verdict, _PREAMBLE_LINES + 1):
        return
    value = float(printed(verdict.output).splitlines()[-1])
    if not math.isclose(value, question.answer, rel_tol=1e-6, abs_tol=1e-12):
        text = repr(int(value) if value == int(value) and abs(value) < 1e15 else value)
        message = say("validate.numeric", stored=question.answer, computed=text)
        bench.find("numeric", question.id, ("answer",), message)
        bench.refresh(question.id, ("answer",), text)


async def prove_draws(bench: Bench, question: Numeric) -> None:
    """Fresh numbers make a question whose right answer no listed wrong one is."""
    template = bench.course.template(question.id)
    assert isinstance(template, Numeric)
    for seed in DRAWS:
        verdict = await bench.run(program(template, seed))
        if not verdict.passed:
            message = say("validate.draw", seed=seed, told=told(verdict))
            bench.find("draw", question.id, ("draw",), message)
            return
        prove_answers(bench, drawn(template, verdict.output))


async def prove_symptom(bench: Bench, question: Fix) -> None:
    """Broken code shows the symptom that is told."""
    verdict = await bench.run(question.code)
    if _ran(bench, "fix", question.id, ("code",), verdict, 0):
        _compare(bench, "fix", question.id, ("symptom",), question.symptom, verdict)


async def prove_options(bench: Bench, question: Choice | Multi) -> None:
    """An option that is, word for word, what the code prints must be a right one."""
    verdict = await bench.run(PREAMBLE + question.code)
    output = " ".join(printed(verdict.output).split())
    if not verdict.passed or not output:
        return
    for number, option in enumerate(question.options):
        if not option.right and " ".join(option.text.replace("`", "").split()) == output:
            message = say("validate.option_is_printed")
            bench.find("options", question.id, ("options", number), message)


def prove_answers(bench: Bench, question: Output | Shape | Numeric | Blank) -> None:
    """The key is graded right, and every listed wrong answer wrong, with its misconception."""
    for key, right in _right_answers(question):
        if not bench.grade(question, right).right:
            message = say("validate.right_refused", answer=right.strip())
            bench.find("answers", question.id, (key,), message)
    for number, wrong in enumerate(question.wrong):
        graded = bench.grade(question, wrong.answer)
        where = ("wrong", number, "answer")
        if graded.invalid:
            bench.find("answers", question.id, where, say("validate.wrong_unreadable"))
        elif graded.right:
            bench.find("answers", question.id, where, say("validate.wrong_is_right"))
        elif graded.misconception != wrong.misconception:
            bench.find("answers", question.id, where, say("validate.wrong_shadowed"))


def _right_answers(question: Output | Shape | Numeric | Blank) -> list[tuple[str, str]]:
    """Each with the key that it stands under."""
    if isinstance(question, Output):
        return [("output", question.output)]
    if isinstance(question, Blank):
        return [("answers", answer) for answer in question.answers]
    answer = question.answer if isinstance(question, Shape) else repr(question.answer)
    return [("answer", answer)]


def _ran(
    bench: Bench, rule: str, name: str, where: Trail, verdict: Verdict, lines_before: int
) -> bool:
    if not verdict.passed:
        line = max(1, (verdict.line or 1) - lines_before)
        bench.find(rule, name, where, say("validate.does_not_run", told=told(verdict)), line=line)
    return verdict.passed


def _compare(
    bench: Bench, rule: str, name: str, where: Trail, stored: str, verdict: Verdict
) -> None:
    computed = printed(verdict.output)
    if computed == stored.rstrip():
        return
    line, want, got = first_difference(stored.rstrip(), computed)
    message = say("validate.output", line=line, stored=want, computed=got)
    bench.find(rule, name, where, message, line=line)
    bench.refresh(name, where, computed + "\n")


def first_difference(stored: str, computed: str) -> tuple[int, str, str]:
    """The first line that differs, counted from 1, in both texts."""
    old, new = stored.split("\n"), computed.split("\n")
    for number in range(max(len(old), len(new))):
        a = old[number] if number < len(old) else None
        b = new[number] if number < len(new) else None
        if a != b:
            nothing = say("validate.nothing")
            return number + 1, repr(a) if a else nothing, repr(b) if b else nothing
    return 1, stored, computed
