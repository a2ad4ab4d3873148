"""The structs of a course, as an author writes them in YAML.

Field names here *are* the YAML keys; one name for one thing from the file to the screen. Unknown
keys are errors. Nothing here reads files or runs code.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

import msgspec
from msgspec import Meta

ItemId: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$",
        description="permanent, lower case, words joined by -, levels by . ; progress hangs on it",
    ),
]
Alias: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z][0-9]*(\.[a-z0-9]+)?$", description="short unique name, e.g. T4.b or T4.q3"
    ),
]
MisconceptionId: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")]

Facet: TypeAlias = Literal[
    "value",  # elements, within the tolerance (type, shape and dtype are always compared)
    "grad",  # gradients of every input that requires one, for a random cotangent
    "storage",  # which observed tensors and inputs share memory, proved by writing
    "identity",  # which observed objects are the very same object
    "stride",
    "contiguous",
    "offset",
    "requires_grad",
    "is_leaf",
    "grad_fn",  # names of the graph's nodes
    "version",  # the in-place version counter
    "inputs",  # the inputs as they are after the call (on by default)
    "untouched",  # inputs: requires_grad, .grad, hooks, in-place writes put back (on by default)
    "generator",  # a generator given is drawn from where the solution does, not reseeded (default)
    "draws",  # ... and left in the very state in which the solution leaves it
    # What else is left changed (on by default): global generators, default dtype, grad mode and
    # other modes, global hooks; of modules and tensors that a scene made before its first use of
    # the learner's names: train flags, hooks, requires_grad, gradients, values.
    "state",
    "stdout",  # what the probe printed: numbers within the tolerance, the rest as it stands
    "ops",  # names of the ATen operations that ran
    "registered",  # parameters, buffers, sub-modules and state_dict keys of modules
    "training",  # train / eval flags of modules
    "hooks",  # hooks left behind on modules
    "raises",  # type of the exception that came out (its text is never compared)
    "peak",  # largest tensor made on the way: at most twice the solution's elements
]

# Kinds of input; evaluator/kinds.py says what each makes of a tensor.
Kind: TypeAlias = Literal[
    "noncontiguous", "empty", "size1", "large", "negative", "float64", "requires_grad"
]

ON_BY_DEFAULT: tuple[Facet, ...] = ("inputs", "untouched", "generator", "state")


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every struct of a course: immutable, unknown keys refused."""


class Objective(Part, frozen=True):
    """One thing the learner can do afterwards; mastery is counted by objective."""

    id: ItemId
    text: str


class Misconception(Part, frozen=True):
    """A wrong belief, as kept in ``lessons/misconceptions.yaml``."""

    id: MisconceptionId
    title: str  # the belief itself, in a sentence
    because: str  # why people believe it
    truth: str
    lesson: ItemId  # the lesson that teaches the truth


# --- exercises -----------------------------------------------------------------------------


class Tolerance(Part, frozen=True):
    """Allowed error of a value: ``|got - want| <= atol + rtol * |want|``; the want side scales."""

    rtol: float = 1e-5
    atol: float = 1e-6
    nan_equal: bool = False


class Require(Part, frozen=True):
    """A condition on what was observed, where equality with a solution is not the question."""

    # A Python expression over the inputs and the observed names, evaluated by the judge. Random
    # answers: mean_within, follows and others of evaluator/chance.py, whose bounds are theory's.
    that: str
    say: str


class Probe(Part, frozen=True):
    """One look at the learner's code; the same look is taken at the solutions.

    Either ``call`` (one expression; its value is observed as ``result``) or ``run`` (a scene that
    ends by calling ``observe(name=value, ...)``). ``draw`` and ``inputs`` run on the judge's side
    with fresh random numbers; the inputs are then sent to both sides.
    """

    name: str
    call: str | None = None
    run: str | None = None
    draw: str = ""  # code run by the judge before `inputs`; names it sets may be used there
    inputs: dict[str, str] = {}  # name -> expression, evaluated by the judge in this order
    compare: tuple[Facet, ...] | None = None  # default: value; nothing but the type with `require`
    ignore: tuple[Facet, ...] = ()  # of those on by default; without inputs no untouched either
    tolerance: Tolerance = Tolerance()
    require: tuple[Require, ...] = ()
    say: str = ""  # when this probe fails and no misconception explains it
    times: Annotated[int, Meta(ge=1, le=50)] = 1  # fresh draws in one submission
    kinds: tuple[Kind, ...] = ()  # one more draw for each, its floating inputs made of that kind

    @property
    def facets(self) -> frozenset[str]:
        """The facets that are compared, defaults included."""
        asked = self.compare if self.compare is not None else () if self.require else ("value",)
        if "requires_grad" in self.kinds:
            asked = (*asked, "grad")
        off = {*self.ignore, *(("untouched",) if "inputs" in self.ignore else ())}
        return frozenset(asked) | (frozenset(ON_BY_DEFAULT) - off)


class Mistake(Part, frozen=True):
    """A misconception as it shows in this exercise: an alternative, wrong solution."""

    id: MisconceptionId
    code: str
    say: str
    uses: tuple[str, ...] = ()  # told apart by a name in the source where behaviour is the same


class Wrong(Part, frozen=True):
    """A slip without a conceptual name; ``by`` is the probe or rule that must refuse it."""

    code: str
    by: str
    slip: str = ""  # slip-axis, slip-edge, ...: for the author's overview only


class Equivalent(Part, frozen=True):
    """An edit of the first solution that changes nothing the task asks for.

    ``tutor validate`` tries such edits; each that is listed must pass under every seed.
    """

    edit: str  # "before -> after", as `tutor validate` tells it
    why: str


class Rules(Part, frozen=True):
    """What cannot be seen in results. Each is stated in the task."""

    forbid_calls: tuple[str, ...] = ()  # torch functions or methods that must not run: "reshape"
    forbid_nodes: tuple[str, ...] = ()  # syntax-tree nodes in the asked functions: For, While
    forbid_ops: tuple[str, ...] = ()  # ATen operations that must not run: "aten::_softmax"
    forbid_imports: tuple[str, ...] = ()  # modules that must not be used: "numpy"
    ops_constant_in: dict[str, tuple[int, ...]] = {}  # n: [8, 64]: operations must not grow with n
    say: dict[str, str] = {}  # rule name -> the sentence for the learner


class Limits(Part, frozen=True):
    """Limits of one submission."""

    seconds: Annotated[float, Meta(gt=0, le=120)] = 5.0
    memory_mb: Annotated[int, Meta(ge=64, le=8192)] = 1024


class Exercise(Part, frozen=True):
    """Code to write, and everything needed to say what is true of it."""

    id: ItemId
    alias: Alias
    title: str
    task: str
    starter: str
    solutions: Annotated[tuple[str, ...], Meta(min_length=1)]
    probes: Annotated[tuple[Probe, ...], Meta(min_length=1)]
    objectives: tuple[ItemId, ...] = ()
    rev: int = 1  # raised when the meaning changes: asks for one review
    formerly: tuple[ItemId, ...] = ()
    misconceptions: tuple[Mistake, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    equivalent: tuple[Equivalent, ...] = ()
    rules: Rules = Rules()
    files: bool = False  # true: a small writable folder
    limits: Limits = Limits()
    hints: tuple[str, ...] = ()


# --- questions -----------------------------------------------------------------------------


class WrongAnswer(Part, frozen=True):
    """A wrong answer that is expected, and what it reveals."""

    answer: str
    say: str
    misconception: MisconceptionId | None = None
    key: str = ""  # where the question has `draw`: the expression that gives `answer`


class Option(Part, frozen=True):
    """One option of a choice. Every option has its reason, the right ones too."""

    text: str
    why: str
    id: str = ""  # defaults to a, b, c, ... in the author's order; options are shuffled on screen
    right: bool = False
    misconception: MisconceptionId | None = None


class QuestionPart(Part, frozen=True, kw_only=True):
    """What every kind of question has."""

    kind: ClassVar[str]
    id: ItemId
    alias: Alias | None = None
    prompt: str  # Markdown
    code: str = ""  # shown with the prompt
    why: str = ""  # shown with the verdict, whatever it is
    objectives: tuple[ItemId, ...] = ()
    rev: int = 1
    formerly: tuple[ItemId, ...] = ()


class Choice(QuestionPart, frozen=True, tag_field="kind", tag="choice", kw_only=True):
    """Exactly one option is right."""

    kind: ClassVar[str] = "choice"
    options: Annotated[tuple[Option, ...], Meta(min_length=2)]


class Multi(QuestionPart, frozen=True, tag_field="kind", tag="multi", kw_only=True):
    """Select all that are right."""

    kind: ClassVar[str] = "multi"
    options: Annotated[tuple[Option, ...], Meta(min_length=2)]


class Numeric(QuestionPart, frozen=True, tag_field="kind", tag="numeric", kw_only=True):
    """A number. ``key`` is an expression that ``tutor validate`` computes and compares.

    With ``draw`` the question is a template: each asking draws fresh numbers. They stand in the
    prose as ``{{n = 5}}`` and may be used in ``key`` and in computed values; ``sample`` gives those
    of the question as it is written.
    """

    kind: ClassVar[str] = "numeric"
    answer: float
    key: str
    draw: dict[str, str] = {}  # n: random.randint(3, 9); in this order, earlier names may be used
    sample: dict[str, int | float | str] = {}  # n: 5
    unit: str = ""
    abs: float = 0.0
    rel: float = 1e-3
    decimals: int | None = None  # judged on the typed string
    digits: int | None = None  # significant figures, judged on the typed string
    wrong: tuple[WrongAnswer, ...] = ()


class Shape(QuestionPart, frozen=True, tag_field="kind", tag="shape", kw_only=True):
    """One shape or several in a row, e.g. ``(3, 1) ()``."""

    kind: ClassVar[str] = "shape"
    answer: str  # as `code` prints it; proved by running `code`
    wrong: tuple[WrongAnswer, ...] = ()


class Output(QuestionPart, frozen=True, tag_field="kind", tag="output", kw_only=True):
    """Predict what ``code`` prints; compared as parsed literals where it parses."""

    kind: ClassVar[str] = "output"
    output: str  # proved by running `code`
    wrong: tuple[WrongAnswer, ...] = ()


class Fix(QuestionPart, frozen=True, tag_field="kind", tag="fix", kw_only=True):
    """Edit ``code`` until it prints ``output``; its print lines must stay as they are."""

    kind: ClassVar[str] = "fix"
    symptom: str  # what the broken code prints; proved by running it
    output: str  # what it must print
    solutions: Annotated[tuple[str, ...], Meta(min_length=1)]
    mistakes: tuple[Mistake, ...] = ()
    probes: tuple[Probe, ...] = ()  # further looks, over the names the code leaves behind
    limits: Limits = Limits()


class Order(QuestionPart, frozen=True, tag_field="kind", tag="order", kw_only=True):
    """Put ``items``, written in the right order, into that order."""

    kind: ClassVar[str] = "order"
    items: Annotated[tuple[str, ...], Meta(min_length=2)]
    wrong: tuple[WrongAnswer, ...] = ()  # answer: 1-based positions, e.g. "2 1 3"


class Match(QuestionPart, frozen=True, tag_field="kind", tag="match", kw_only=True):
    """Join each left side with its right side."""

    kind: ClassVar[str] = "match"
    pairs: Annotated[dict[str, str], Meta(min_length=2)]
    wrong: tuple[WrongAnswer, ...] = ()  # answer: "left = right"


class Blank(QuestionPart, frozen=True, tag_field="kind", tag="blank", kw_only=True):
    """Fill in the ``___`` of the prompt or code; any of ``answers`` is right."""

    kind: ClassVar[str] = "blank"
    answers: Annotated[tuple[str, ...], Meta(min_length=1)]
    wrong: tuple[WrongAnswer, ...] = ()


Question: TypeAlias = Choice | Multi | Numeric | Shape | Output | Fix | Order | Match | Blank


class Quiz(Part, frozen=True):
    """``quizzes/<unit>/<nn>-<name>.yaml``: the questions of one lesson."""

    lesson: ItemId
    questions: tuple[Question, ...]


# --- lessons -------------------------------------------------------------------------------


class Example(Part, frozen=True):
    """Code that runs at a key press; its printed output is stored and proved."""

    code: str
    note: str = ""  # what to notice, shown once it has run
    output: str = ""  # what it prints; refreshed by `tutor validate --write`


class Visual(Part, frozen=True):
    """A picture drawn from the facts of running ``code``, never from typed-in numbers."""

    kind: Literal[
        "storage", "graph", "module", "broadcast", "gather", "histogram", "curve", "hooks"
    ]
    code: str
    note: str = ""


class Step(Part, frozen=True):
    """One screen of a lesson: prose, and at most one thing to do beside it."""

    title: str
    text: str = ""  # Markdown; maths between $...$ and $$...$$
    example: Example | None = None
    question: Alias | Question | None = (
        None  # the alias of a question of the quiz file, or a question
    )
    exercise: Exercise | None = None
    visual: Visual | None = None


class Lesson(Part, frozen=True):
    """``lessons/<unit>/<nn>-<name>.yaml``."""

    id: ItemId
    alias: Alias
    title: str
    minutes: Annotated[int, Meta(ge=1, le=240)]
    objectives: Annotated[tuple[Objective, ...], Meta(min_length=1)]
    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    requires: tuple[ItemId, ...] = ()
    formerly: tuple[ItemId, ...] = ()


class UnitHead(Part, frozen=True):
    """A unit as ``lessons/course.yaml`` lists it; its lessons are the files of folder ``id``."""

    id: ItemId
    alias: Alias
    title: str
    about: str


class CourseHead(Part, frozen=True):
    """``lessons/course.yaml``."""

    title: str
    units: Annotated[tuple[UnitHead, ...], Meta(min_length=1)]
