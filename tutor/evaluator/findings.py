"""What a trial found: looks that failed, rules that were broken."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import torch

from tutor.content.model import Probe, Require
from tutor.evaluator import chance
from tutor.evaluator.compare import differences
from tutor.evaluator.faults import Unsound
from tutor.evaluator.inputs import Unpacker
from tutor.evaluator.outcome import Difference
from tutor.evaluator.show import show
from tutor.evaluator.tensors import live
from tutor.evaluator.values import Sides
from tutor.text.messages import say

MAX_DIFFERENCES = 8


@dataclass(frozen=True)
class Seen:
    """One observation, or the exception that came instead (``header["exception"]``)."""

    header: dict[str, Any]
    payload: bytes

    @property
    def exception(self) -> dict[str, Any] | None:
        """The exception as data, if one came."""
        found = self.header.get("exception")
        return found if isinstance(found, dict) else None


@dataclass(frozen=True)
class Judged:
    """A look against one solution."""

    want: Seen
    differences: tuple[Difference, ...]
    require: Require | None

    @property
    def passed(self) -> bool:
        """True when nothing differs and every requirement holds."""
        return not self.differences and self.require is None


@dataclass
class Look:
    """One probe over one draw of inputs, and how the learner's side compares."""

    probe: Probe
    request: dict[str, Any]
    payload: bytes
    got: Seen
    judged: Judged | None = field(default=None)
    kind: str = ""  # of the inputs, where the probe looks at several

    def take(self, judged: Judged) -> None:
        """Keep how it compares with the solution that counts."""
        self.judged = judged

    @property
    def passed(self) -> bool:
        """True when the look equals a solution's."""
        return self.judged is not None and self.judged.passed


@dataclass(frozen=True)
class Breach:
    """A rule that was broken."""

    rule: str
    message: str
    line: int | None = None
    difference: Difference | None = None


Finding = Look | Breach


def judge_look(look: Look, want: Seen, *, tell: bool = True) -> Judged:
    """Compare a look with one solution's. Raises Unsound for an author's broken requirement.

    With ``tell`` the first difference is written out in full, as a person will see it.
    """
    got, facets = look.got, look.probe.facets
    if want.exception or got.exception:
        return Judged(want, tuple(_exceptions(want, got)), None)
    sides = Sides(
        (want.header, want.payload),
        (got.header, got.payload),
        facets,
        look.probe.tolerance,
        tell=tell,
    )
    found: list[Difference] = []
    for difference in differences(sides):
        found.append(difference)
        sides.tell = False
        if len(found) == MAX_DIFFERENCES:
            break
    if found:
        return Judged(want, tuple(found), None)
    return Judged(want, (), _unmet(look, want))


def _exceptions(want: Seen, got: Seen) -> list[Difference]:
    a = want.exception["type"] if want.exception else None
    b = got.exception.get("type") if got.exception else None
    if a == b:
        return []
    expected = say("evaluator.expected.raise", type=a) if a else say("evaluator.expected.value")
    found = str(b) if b else show(next(iter(_seen(got).values()), None))
    return [Difference("raises", "", expected, found)]


def _unmet(look: Look, want: Seen) -> Require | None:
    """The first requirement that the learner's observation does not meet.

    The solution's own observation must meet it: Unsound where it does not.
    """
    if not look.probe.require:
        return None
    ours, theirs = _names(look, want, want), _names(look, look.got, want)
    for number, require in enumerate(look.probe.require):
        try:
            code = compile(require.that.strip(), f"<require of {look.probe.name}>", "eval")
            holds = bool(eval(code, dict(ours)))
        except Exception as error:  # an author's expression may raise anything
            raise Unsound(number, f"{type(error).__name__}: {error}") from error
        if not holds:
            raise Unsound(number, f"the solution itself does not meet: {require.that}")
        try:
            met = bool(eval(code, dict(theirs)))
        except Exception:
            # It holds for the solution's value, so it is this value that does not fit it.
            met = False
        if not met:
            return require
    return None


def _names(look: Look, seen: Seen, like: Seen) -> dict[str, Any]:
    """What an expression may use: helpers, the inputs as they were drawn, what was observed.

    Of the observed names those that the solution's side has, so that no other can be replaced.
    """
    inputs = Unpacker(look.payload).unpack(look.request["inputs"])
    found = _seen(seen)
    values = {name: live(found[name], seen.payload) for name in _seen(like) if name in found}
    return {"torch": torch, "np": np, "math": math, **chance.NAMES, **inputs, **values}


def _seen(seen: Seen) -> dict[str, Any]:
    found = seen.header.get("seen")
    return found if isinstance(found, dict) else {}


def same(look: Look, other: Seen) -> bool:
    """True when ``other``'s observation equals the learner's in every facet of the probe."""
    got = look.got
    if got.exception or other.exception:
        if not (got.exception and other.exception):
            return False
        return all(got.exception.get(k) == other.exception.get(k) for k in ("type", "message"))
    sides = Sides(
        (other.header, other.payload),
        (got.header, got.payload),
        look.probe.facets,
        # Never right, where the probe does not say so; but the same wrong idea gives the same NaN.
        msgspec.structs.replace(look.probe.tolerance, nan_equal=True),
    )
    return next(differences(sides), None) is None
