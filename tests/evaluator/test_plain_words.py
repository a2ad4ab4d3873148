"""The errors that learners meet are explained, each proved by raising it in the torch at hand."""

from __future__ import annotations

import copy
import math
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tutor.evaluator.plain_words import in_plain_words
from tutor.text.messages import keys

_DATA = tomllib.loads(Path(__file__).with_name("plain_words.toml").read_text())
_SENTENCES = tomllib.loads((Path(__file__).parents[2] / "tutor/text/en/plain.toml").read_text())
CASES = [(key, code) for key, codes in _DATA.items() for code in codes]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("key", "code"), CASES, ids=[code for _, code in CASES])
def test_torchs_own_message_is_explained(key: str, code: str) -> None:
    names = {"torch": torch, "nn": nn, "F": F, "np": np, "math": math, "copy": copy}
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each case has its own
        exec(code, names)
    said = in_plain_words(type(caught.value).__name__, str(caught.value), code)
    filled = re.sub(r"\\{\w+\\}", ".+", re.escape(_SENTENCES[key]))
    assert re.fullmatch(filled, said or ""), f"{type(caught.value).__name__}: {caught.value}"


def test_every_sentence_has_its_case() -> None:
    assert keys("plain") == {f"plain.{key}" for key in _DATA}


@pytest.mark.parametrize(
    ("kind", "text"), [("RuntimeError", "something new"), ("ValueError", ""), ("Odd", "\n{}%s")]
)
def test_what_is_not_known_is_left_alone(kind: str, text: str) -> None:
    assert in_plain_words(kind, text, "f()") is None


def test_a_learners_own_words_are_left_alone() -> None:
    assert (
        in_plain_words("KeyError", "'no such name'", "    raise KeyError('no such name')") is None
    )
