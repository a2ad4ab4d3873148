"""The hostile programs as data: read, completed, and given the exercise they are submitted to."""

from __future__ import annotations

import platform
import tomllib
import zlib
from pathlib import Path
from typing import Any

import msgspec

from tutor.content.model import Exercise, Fix, Limits, Probe, Require, Tolerance
from tutor.evaluator.outcome import Outcome

FOLDER = Path(__file__).parent / "programs"
MARKER = "answer-marker"  # stands in the solutions, and must never be found beside a submission
# Where a program must end by itself, time is generous: a slow machine is not a fault.
PATIENT, IMPATIENT = 30.0, 1.0

GOOD = """\
import torch

def softmax(x):
    y = torch.exp(x - x.amax(-1, keepdim=True))
    return y / y.sum(-1, keepdim=True)
"""


class Program(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One program: ``code`` as it stands, or ``build``, an expression that makes it."""

    name: str
    expect: tuple[Outcome, ...]
    code: str = ""
    build: str = ""
    kind: str = "run"  # run: on its own; else what it is submitted to, see MAKERS
    line: int | None = None  # the line that must be named
    files: bool = False
    seconds: float | None = None
    memory_mb: int = 1024
    machine: str = ""
    group: str = ""

    @property
    def limits(self) -> Limits:
        """Short where the program is expected to run into them."""
        only_ends_by_time = self.expect == (Outcome.TIMEOUT,)
        seconds = self.seconds or (IMPATIENT if only_ends_by_time else PATIENT)
        return Limits(seconds=seconds, memory_mb=self.memory_mb)

    def source(self, places: dict[str, str]) -> str:
        """The program's text, with ``@HOME@`` and its like filled in."""
        text = eval(self.build) if self.build else self.code
        for name, value in places.items():
            text = text.replace(f"@{name}@", value)
        return text


def load() -> tuple[Program, ...]:
    """All programs that this machine can run, in the order of their files."""
    found: list[Program] = []
    for path in sorted(FOLDER.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["program"]:
            found.append(msgspec.convert({**entry, "group": path.stem}, Program))
    names = [program.name for program in found]
    assert len(names) == len(set(names)), "two programs of one name"
    return tuple(p for p in found if p.machine in ("", platform.machine()))


def places(extra: dict[str, str]) -> dict[str, str]:
    """What programs may name: the canary's places and the course's own files."""
    import tutor
    from tutor.paths import default_course_root

    course = default_course_root()
    return {
        "GOOD": GOOD,
        "MARKER_CRC": str(zlib.crc32(MARKER.partition("-")[2].encode())),
        "PACKAGE": str(Path(tutor.__file__).parent),
        "COURSE": str(course),
        "LESSON": str(next(course.glob("lessons/*/*.yaml"))),
        "QUIZ": str(next(course.glob("quizzes/*/*.yaml"))),
        **extra,
    }


def _probe(name: str, inputs: str, times: int = 1) -> Probe:
    return Probe(
        name=name,
        times=times,
        call="softmax(x)",
        inputs={"x": inputs},
        compare=("value", "grad"),
        tolerance=Tolerance(rtol=1e-4, atol=1e-6),
    )


def softmax(limits: Limits) -> Exercise:
    """The exercise that programs of kind ``trust`` are submitted to."""
    return Exercise(
        id="hostile.softmax",
        alias="H1.a",
        title="softmax",
        task="Write softmax(x) over the last dimension.",
        starter="def softmax(x):\n    ...\n",
        solutions=(f"# {MARKER}\n{GOOD}\nMARK = '{MARKER}'\n",),
        probes=(
            _probe("rows", "(torch.randn(4, 5) * 3).requires_grad_()"),
            _probe("one", "torch.randn(1).requires_grad_()"),
            _probe("batch", "(torch.randn(2, 3, 7) * 3).requires_grad_()", times=4),
        ),
        limits=limits,
    )


def speak(limits: Limits) -> Exercise:
    """The exercise that programs of kind ``print`` are submitted to."""
    return Exercise(
        id="hostile.speak",
        alias="H1.b",
        title="speak",
        task="Write speak(), which prints [1, 2.0].",
        starter="def speak():\n    ...\n",
        solutions=("def speak():\n    print([1, 2.0])\n",),
        probes=(Probe(name="words", call="speak()", compare=("stdout",)),),
        limits=limits,
    )


def rolls(limits: Limits) -> Exercise:
    """Of kind ``draws``: a requirement decides, over an observed value made live again."""
    require = Require(that="len(result) == 3 and set(result) <= set(range(1, 7))", say="No rolls.")
    probe = Probe(name="rolls", call="rolls(n)", inputs={"n": "3"}, require=(require,))
    return Exercise(
        id="hostile.rolls",
        alias="H1.c",
        title="rolls",
        task="Write rolls(n): n rolls of a die, in a list.",
        starter="def rolls(n):\n    ...\n",
        solutions=("def rolls(n):\n    return [1.0 + k % 6 for k in range(n)]\n",),
        probes=(probe,),
        limits=limits,
    )


def total(limits: Limits) -> Exercise:
    """Of kind ``wide``: its question is larger than what a socket holds."""
    return Exercise(
        id="hostile.total",
        alias="H1.d",
        title="total",
        task="Write total(x).",
        starter="def total(x):\n    ...\n",
        solutions=("def total(x):\n    return x.sum()\n",),
        probes=(Probe("million", "total(x)", inputs={"x": "torch.randn(1 << 20)"}, times=2),),
        limits=limits,
    )


def repair(limits: Limits) -> Fix:
    """Of kind ``fix``: a question whose source is read, and whose output is asked for."""
    return Fix(
        id="hostile.repair",
        alias="H1.q1",
        prompt="Mend it.",
        why="One and one is two.",
        code='total = 1 + 2\nprint("total:", total)\n',
        symptom="total: 3",
        output="total: 2",
        solutions=('total = 1 + 1\nprint("total:", total)\n',),
        limits=limits,
    )


MAKERS: dict[str, Any] = {
    "trust": softmax,
    "print": speak,
    "draws": rolls,
    "wide": total,
    "fix": repair,
}


def exercise(program: Program) -> Exercise | Fix | None:
    """What a program is submitted to; None: it is run, ungraded."""
    make = MAKERS.get(program.kind)
    return make(program.limits) if make else None
