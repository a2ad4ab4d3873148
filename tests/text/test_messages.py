from __future__ import annotations

import ast
import string
import tomllib
from pathlib import Path

import pytest

from tutor.text import messages
from tutor.text.messages import MissingText, say

PACKAGE = Path(messages.__file__).parent.parent
CATALOGUES = sorted((PACKAGE / "text" / "en").glob("*.toml"))


def test_a_template_is_filled_in() -> None:
    assert say("content.empty") == "the file is empty"
    assert "7 MB" in say("content.too_large", size=7, limit=8)


def test_number_chooses_the_template() -> None:
    assert say("grading.lines", n=1, got=2).startswith("1 line is")
    assert say("grading.lines", n=3, got=2).startswith("3 lines are")


def test_a_missing_key_names_the_nearest_one() -> None:
    with pytest.raises(KeyError) as caught:
        say("content.emty")
    assert str(caught.value) == (
        "no text 'content.emty' in tutor/text/en/content.toml; did you mean 'content.empty'?"
    )
    with pytest.raises(MissingText, match=r"nonsense\.toml"):
        say("nonsense.key")


def test_a_missing_value_is_named() -> None:
    with pytest.raises(MissingText, match="'limit'"):
        say("content.too_large", size=7)


def _said() -> list[tuple[str, str]]:
    """Every key that stands as a plain text in a call of ``say``, with its place."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            key = node.args[0]
            if name == "say" and isinstance(key, ast.Constant) and isinstance(key.value, str):
                found.append((key.value, f"{path.relative_to(PACKAGE)}:{node.lineno}"))
    return found


def test_every_sentence_that_is_said_is_in_the_catalogue() -> None:
    missing = [
        f"{place}: {key}" for key, place in _said() if key not in messages.keys(key.split(".")[0])
    ]
    assert missing == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_template_can_be_filled(path: Path) -> None:
    def walk(table: dict[str, object]) -> None:
        for value in table.values():
            if isinstance(value, dict):
                walk(value)
            elif isinstance(value, str):
                fields = [name for _, name, _, _ in string.Formatter().parse(value) if name]
                assert all(name.isidentifier() for name in fields), value

    walk(tomllib.loads(path.read_text(encoding="utf-8")))
