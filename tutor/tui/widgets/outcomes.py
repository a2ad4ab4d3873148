"""How each outcome looks: a sign, a word, a tone. No two share both sign and word."""

from __future__ import annotations

from typing import NamedTuple

from tutor.evaluator.outcome import Outcome
from tutor.text.messages import say


class Look(NamedTuple):
    """One outcome's sign, the same in ASCII, and the theme's variable for its colour."""

    sign: str
    ascii_sign: str
    tone: str


# Green and red say right and wrong. What stopped the program is a warning; what is neither the
# learner's success nor fault stays in the text's own colour.
LOOKS = {
    Outcome.PASSED: Look("✓", "+", "$text-success"),
    Outcome.WRONG: Look("✗", "x", "$text-error"),
    Outcome.NOT_ATTEMPTED: Look("○", "o", "$foreground"),
    Outcome.ERROR: Look("!", "!", "$text-error"),
    Outcome.TIMEOUT: Look("◷", "@", "$text-warning"),
    Outcome.MEMORY: Look("▣", "#", "$text-warning"),
    Outcome.OUTPUT_LIMIT: Look("≡", "=", "$text-warning"),
    Outcome.ENDED_EARLY: Look("⇥", "|", "$text-warning"),
    Outcome.CRASHED: Look("↯", "%", "$text-error"),
    Outcome.BLOCKED: Look("⊘", "-", "$text-warning"),
    Outcome.INTERNAL: Look("∿", "~", "$text-accent"),
}
RAN = Look("▸", ">", "$foreground")


def word(outcome: Outcome) -> str:
    """Return what an outcome is called."""
    return say(f"widgets.outcome.{outcome.value}")
