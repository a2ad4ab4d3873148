"""Stored values are refreshed in place, and nothing else of the file is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from yaml.nodes import ScalarNode

from tutor.content.computed import agrees, as_stored, quoted_in, shown
from tutor.content.model import Exercise, Option, Step
from tutor.content.proofs.found import Fresh
from tutor.content.proofs.rewrite import rewrite
from tutor.content.source import Trail, node_at, open_source

# before, the way to the field, the new text, after
EDITS: list[tuple[str, Trail, str, str]] = [
    (
        "a:   # why\n  output: |\n    1\n    2\n\n  # next\n  b: x\n",
        ("a", "output"),
        "3\n",
        "a:   # why\n  output: |\n    3\n\n  # next\n  b: x\n",
    ),
    ("output: |\n  1\n", ("output",), "1\n2\n\n3\n", "output: |\n  1\n  2\n\n  3\n"),
    ("- output: |\n    1\n- b\n", (0, "output"), "2\n", "- output: |\n    2\n- b\n"),
    ("- output: |\n- b\n", (0, "output"), "2\n", "- output: |\n    2\n- b\n"),
    ("a:\n  b: |  # c\n    1\n", ("a", "b"), " 1\n2\n", "a:\n  b: |2  # c\n     1\n    2\n"),
    ("a:\n  b: |2\n     1\n", ("a", "b"), " 3\n", "a:\n  b: |2\n     3\n"),
    ('output: "1"  # one\n', ("output",), "2\n", 'output: "2"  # one\n'),
    ("output: '1'\n", ("output",), "it's\n", "output: 'it''s'\n"),
    ("output: a b\nc: d\n", ("output",), "a: b\n", 'output: "a: b"\nc: d\n'),
    ("output: a b\n", ("output",), "torch.int64 x\n", "output: torch.int64 x\n"),
    ('a: {output: "1", b: 2}\n', ("a", "output"), "3\n", 'a: {output: "3", b: 2}\n'),
    ('  output: "1"\n', ("output",), "2\n3\n", "  output: |\n    2\n    3\n"),
    ("answer: 3\n", ("answer",), "4", "answer: 4\n"),
    ("answer: 3.0 # c\n", ("answer",), "1e-06", "answer: 1e-06 # c\n"),
    ("output: '1'\n", ("output",), '"\n', "output: '\"'\n"),
    (
        "e:\n  code: |\n    print(1)\n  note: x\nb: c\n",
        ("e", "output"),
        "1\n",
        "e:\n  code: |\n    print(1)\n  note: x\n  output: |\n    1\nb: c\n",
    ),
    (
        "e:\n  note: x\n  code: |\n    print(1)\n\nb: c\n",
        ("e", "output"),
        "1\n",
        "e:\n  note: x\n  code: |\n    print(1)\n  output: |\n    1\n\nb: c\n",
    ),
]


@pytest.mark.parametrize(("before", "trail", "text", "after"), EDITS)
def test_a_field_is_refreshed_and_the_rest_stays(
    tmp_path: Path, before: str, trail: Trail, text: str, after: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(before)
    assert rewrite([Fresh(path, trail, text)]) == 1
    node = node_at(open_source(path).root, trail)
    assert isinstance(node, ScalarNode)
    assert node.value.rstrip() == text.rstrip()
    assert path.read_text() == after


def test_several_fields_of_a_file_are_refreshed_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: |\n  1\nb: |\n  2\nc: 3\n")
    fresh = [Fresh(path, ("a",), "1\n1\n1\n"), Fresh(path, ("c",), "4")]
    rewrite([*fresh, Fresh(path, ("b",), "2\n2\n")])
    assert path.read_text() == "a: |\n  1\n  1\n  1\nb: |\n  2\n  2\nc: 4\n"


def test_a_value_in_prose_is_refreshed_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("text: |\n  One {{1 = 1}} and\n  {{1 / 3 = 0.3}} # no comment\n")
    rewrite([Fresh(path, ("text",), "{{1 / 3 = 0.333}}", replaces="{{1 / 3 = 0.3}}")])
    assert path.read_text() == "text: |\n  One {{1 = 1}} and\n  {{1 / 3 = 0.333}} # no comment\n"


def test_line_ends_a_mark_and_rights_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    path.chmod(0o640)
    rewrite([Fresh(path, ("a",), "3")])
    assert path.read_bytes() == b"\xef\xbb\xbfa: 3\r\nb: 2\r\n"
    assert path.stat().st_mode & 0o777 == 0o640


# --- values in prose --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("it is {{1 / 3 = 0.333}}.", "it is 0.333."),
        ("$p = {{f(a=1, b={}) = 2}}$", "$p = {{f(a=1, b={}) = 2}}$"),
        ("$p = {{f(a=1) = 2}}$", "$p = 2$"),
        (r"$\frac{{a}}{{b}}$ and $x^{{-1}}$", r"$\frac{{a}}{{b}}$ and $x^{{-1}}$"),
        ("{{a}} is empty", "{{a}} is empty"),
        ("{{a == b = True}}", "True"),
    ],
)
def test_a_reader_sees_the_value_alone(text: str, seen: str) -> None:
    assert shown(Step(title="A", text=text)).text == seen
    assert shown(Option(text="x", why=text)).why == seen


def test_code_keeps_its_braces() -> None:
    code = "print(f'{{x = 1}}')"
    item = Exercise("a", "A", "t", "{{1 = 1}}", code, (code,), (), hints=("{{2 = 2}}",))
    assert shown(item) == Exercise("a", "A", "t", "1", code, (code,), (), hints=("2",))


def test_values_are_found_with_their_lines_and_braces_of_formulas_are_not() -> None:
    text = "{{a}}\n$\\frac{{x}}{{y}}$\n${{b = 1}}$ {{c = }}\n"
    found = [(one.expression, one.value, one.line) for one in quoted_in(text)]
    assert found == [("a", None, 1), ("b", "1", 3), ("c", None, 3)]


@pytest.mark.parametrize(
    ("stored", "computed", "same", "refreshed"),
    [
        ("0.333", "0.3333333333333333", True, "0.333"),
        ("0.33", "0.3333333333333333", True, "0.33"),
        ("0.34", "0.3333333333333333", False, "0.33"),
        ("3", "3.4", False, "3.4"),
        ("3", "3", True, "3"),
        ("3.0", "3", True, "3.0"),
        ("1.2e-6", "1.24e-06", True, "1.24e-06"),
        ("1.2e-6", "1.3e-06", False, "1.3e-06"),
        ("(2, 3)", "(2, 3)", True, "(2, 3)"),
        ("(2, 3)", "(3, 2)", False, "(3, 2)"),
        ("nan", "0.5", False, "0.5"),
    ],
)
def test_a_value_is_compared_in_the_digits_that_are_stored(
    stored: str, computed: str, same: bool, refreshed: str
) -> None:
    assert agrees(stored, computed) is same
    assert as_stored(stored, computed) == refreshed


def test_a_value_that_is_not_there_yet_gets_four_digits() -> None:
    assert as_stored(None, "0.36787944117144233") == "0.3679"
    assert as_stored(None, "12") == "12"
    assert as_stored(None, "torch.float32") == "torch.float32"
