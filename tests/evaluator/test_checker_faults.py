"""A checker's own fault is told as ours, with the line its author must mend; it never counts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.content.loader import Course, load_course
from tutor.evaluator import run
from tutor.evaluator.client import Evaluator
from tutor.evaluator.outcome import Outcome

LESSON = """\
id: unit.lesson
alias: L1
title: Lesson
minutes: 5
objectives:
  - {id: unit.one, text: One}
steps:
  - title: Exercise
    exercise:
      id: unit.double
      alias: L1.a
      title: Double
      objectives: [unit.one]
      task: Double it.
      starter: |
        def double(x): ...
      solutions:
SOLUTIONS
      probes:
        - name: first
          call: double(x)
          inputs: {x: "torch.ones(2)"}
        - name: broken
PROBE
"""
SOLUTION = """\
        - |
          import torch

          def double(x):
              return 2 * x
"""
INPUTS = """\
          inputs: {x: "torch.ones(2)"}
"""
SUBMISSION = "def double(x):\n    return x + x\n"

# The probe as it stands in the file; the line at fault is marked.
PROBES = {
    "a draw that raises": """\
          draw: |
            n = 3
            x = torch.zeros(n).view(2)  # here
          inputs: {x: x}
          call: double(x)
""",
    "a draw that cannot be read": """\
          draw: |
            n = 3
            if n  # here
          inputs: {x: n}
          call: double(x)
""",
    "a draw that exits": """\
          draw: |
            raise SystemExit(0)  # here
          inputs: {x: "1"}
          call: double(x)
""",
    "an input that raises": """\
          inputs:
            y: "torch.ones(2)"
            x: "no_such_name"  # here
          call: double(x)
""",
    "an input that cannot be sent": """\
          inputs:
            x: "lambda: 3"  # here
          call: double(x)
""",
    "a call that cannot be read": INPUTS
    + """\
          call: double(x  # here
""",
    "a call that raises": INPUTS
    + """\
          call: double(x).no_such_method()  # here
""",
    "a scene that raises": INPUTS
    + """\
          run: |
            y = double(x)

            observe(y=y.view(3))  # here
""",
    "a scene that cannot be read": INPUTS
    + """\
          run: |
            y = double(x)
            observe(y=)  # here
""",
    "a scene in which a solution raises": """\
          inputs: {x: "None"}
          run: |
            before = 1
            observe(y=double(x))  # here
""",
    "a requirement that raises": INPUTS
    + """\
          call: double(x)
          require:
            - {that: "result.sum() > 0", say: Positive.}
            - that: result.no_such_method()  # here
              say: Nothing.
""",
    "a requirement that cannot be read": INPUTS
    + """\
          call: double(x)
          require:
            - that: "result >"  # here
              say: Nothing.
""",
    "a requirement that the solution does not meet": INPUTS
    + """\
          call: double(x)
          require:
            - that: bool((result < 0).all())  # here
              say: Negative.
""",
    "a bound that would refuse right answers": INPUTS
    + """\
          call: double(x)
          require:
            - that: mean_within(result, 2.0, 1.0, sigmas=2)  # here
              say: Off.
""",
}
SOLUTIONS = {
    "a solution that raises when it is loaded": """\
        - |
          import torch

          1 / 0  # here
          def double(x):
              return 2 * x
""",
    "a second solution that raises": SOLUTION
    + """\
        - |
          def double(x):
              return 2 * x

          raise RuntimeError("no")  # here
""",
}
SOUND = INPUTS + "          call: double(x)\n"


def made(folder: Path, probe: str, solutions: str = SOLUTION) -> tuple[Course, int]:
    """A course with one exercise, and the line that is marked in it (0 for none)."""
    lessons = folder / "lessons" / "unit"
    lessons.mkdir(parents=True)
    head = "title: Course\nunits:\n  - {id: unit, alias: L, title: Unit, about: One.}\n"
    (folder / "lessons" / "course.yaml").write_text(head)
    text = LESSON.replace("SOLUTIONS\n", solutions).replace("PROBE\n", probe)
    (lessons / "01-lesson.yaml").write_text(text)
    marked = [n for n, line in enumerate(text.splitlines(), 1) if line.endswith("# here")]
    course = load_course(folder)
    assert not course.entry("L1").problems
    return course, marked[0] if marked else 0


BROKEN = {name: (probe, SOLUTION) for name, probe in PROBES.items()} | {
    name: (SOUND, solutions) for name, solutions in SOLUTIONS.items()
}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", BROKEN)
async def test_the_author_is_told_the_line(
    name: str, evaluator: Evaluator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course, line = made(tmp_path, *BROKEN[name])
    monkeypatch.setattr(evaluator, "place", course.place)
    # A second solution is only looked at where the first does not match.
    submission = SUBMISSION if name in PROBES else SUBMISSION.replace("x + x", "3 * x")
    verdict = await evaluator.check(course.exercise("L1.a"), submission)
    assert verdict.outcome is Outcome.INTERNAL, verdict
    assert not verdict.outcome.counts
    assert verdict.message.startswith("This is our fault, not yours")
    assert f"(lessons/unit/01-lesson.yaml:{line})" in verdict.message, verdict


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("probe", "solutions"),
    [
        ("          draw: |\n            while True: pass\n" + SOUND, SOLUTION),
        (SOUND, SOLUTION.replace("return 2 * x", "while True: pass")),
    ],
    ids=["an endless draw", "an endless solution"],
)
async def test_our_own_endless_loop_is_not_the_learners(
    probe: str,
    solutions: str,
    evaluator: Evaluator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    course, _ = made(tmp_path, probe, solutions)
    monkeypatch.setattr(evaluator, "place", course.place)
    monkeypatch.setattr(run, "JUDGE_SECONDS", 0.7)
    verdict = await evaluator.check(course.exercise("L1.a"), SUBMISSION)
    assert verdict.outcome is Outcome.INTERNAL, verdict
    assert "took too long" in verdict.message
    assert "(lessons/unit/01-lesson.yaml:" in verdict.message


@pytest.mark.asyncio(loop_scope="session")
async def test_without_a_course_at_hand_it_is_still_ours(
    evaluator: Evaluator, tmp_path: Path
) -> None:
    course, _ = made(tmp_path, PROBES["a draw that raises"])
    verdict = await evaluator.check(course.exercise("L1.a"), SUBMISSION)
    assert verdict.outcome is Outcome.INTERNAL
    assert "`broken`" in verdict.message
    assert "RuntimeError" in verdict.original


def test_the_command_line_tells_the_line_too(tmp_path: Path) -> None:
    _, line = made(tmp_path, PROBES["a scene that raises"])
    command = ["--course", str(tmp_path), "check", "L1.a", "-", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *command],
        input=SUBMISSION,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done
    told = json.loads(done.stdout)
    assert (told["outcome"], told["probe"]) == ("internal", "broken")
    assert f"lessons/unit/01-lesson.yaml:{line}" in told["message"]
