from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.content import source as source_module
from tutor.content.source import ContentError, Problem, open_source


def problem_of(path: Path, content: bytes | str) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ContentError) as caught:
        open_source(path)
    assert len(caught.value.problems) == 1
    return str(caught.value.problems[0]).removeprefix(f"{path}:")


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("", "1:1", "empty"),
        ("# only a remark\n", "1:1", "empty"),
        (b"a: b\nc: \xff\n", "2:4", "UTF-8"),
        ("a:\n\tb: 1\n", "2:1", "tab"),
        ("a: x\nb: `code`\n", "2:4", "quotes"),
        ("say: yes: no\n", "1:9", "':'"),
        ("a: [1, 2\nb: 3\n", "2:2", "not closed"),
        ("b: 1\na: 'x\nc: 2\n", "2:4", "never closed"),
        ('a: "\\d"\n', "1:5", "single quotes"),
        ("a: *b\n", "1:4", "alias"),
        ("a: 1\n---\nb: 2\n", "2:1", "second document"),
        ("a: |\n  x\n y\n", "3:2", "indented"),
        ("a: \x07\n", "1:4", "U+0007"),
        ("a: - b\n", "1:4", "list"),
    ],
)
def test_every_fault_of_yaml_is_one_clear_sentence_at_its_place(
    tmp_path: Path, content: bytes | str, place: str, words: str
) -> None:
    told = problem_of(tmp_path / "lesson.yaml", content)
    assert told.startswith(f"{place}: ")
    assert words in told


def test_a_missing_file_a_folder_and_a_huge_file_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, words in ((tmp_path / "none.yaml", "no such file"), (tmp_path, "ordinary file")):
        with pytest.raises(ContentError, match=words):
            open_source(path)
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(100_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("a huge file was read"))
    with pytest.raises(ContentError, match="100 MB"):
        open_source(huge)


def test_a_bomb_of_aliases_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    lines = ['a0: &a0 ["lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "aliases" in problem_of(tmp_path / "bomb.yaml", "\n".join(lines))


def test_an_alias_of_itself_is_refused(tmp_path: Path) -> None:
    assert "for themselves" in problem_of(tmp_path / "self.yaml", "a: &a [1, *a]\n")


def test_an_honest_alias_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "fine.yaml"
    path.write_text("a: &a {x: y}\nb: *a\n")
    assert open_source(path).root is not None


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? "])
def test_nesting_that_would_crash_the_parser_is_refused(tmp_path: Path, opening: str) -> None:
    assert "deep" in problem_of(tmp_path / "deep.yaml", opening * 200_000)


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: |\r\n  x\r\n  y\r\n")
    read = open_source(path)
    assert read.place(("a",), line=2) == (3, 3)
    assert source_module.pairs(read.root)["a"].value == "x\ny\n"


def test_a_line_of_code_has_the_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "lesson.yaml"
    path.write_text("top:\n  - code: |  # a remark\n\n      x = 1\n      if x:\n          y = 2\n")
    read = open_source(path)
    trail = ("top", 0, "code")
    assert [read.place(trail, line=n) for n in (2, 3, 4)] == [(4, 7), (5, 7), (6, 11)]
    assert read.place(("top", 0, "missing")) == (2, 5)
    assert str(read.problem(trail, "wrong", line=3)) == f"{path}:5:7: wrong"


CODE = st.lists(st.text("abc=:#-[]{}'\"| ", min_size=1, max_size=12), min_size=1, max_size=8)


@given(lines=CODE, indent=st.integers(1, 8))
def test_any_line_of_any_block_is_found_again(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], indent: int
) -> None:
    lines = ["x" + line for line in lines]  # a first line of spaces would need its own indent
    path = tmp_path_factory.mktemp("block") / "lesson.yaml"
    block = "".join(f"{' ' * indent}{line}\n" for line in lines)
    path.write_text(f"a: 1\nb: |\n{block}")
    read = open_source(path)
    told = path.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        row, column = read.place(("b",), line=number)
        assert told[row - 1][column - 1 :] == line


@given(content=st.binary(max_size=300))
def test_no_bytes_whatever_bring_more_than_a_content_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "lesson.yaml"
    path.write_bytes(content)
    problems: tuple[Problem, ...] = ()
    try:
        open_source(path)
    except ContentError as error:
        problems = error.problems
    assert all(one.line >= 1 and one.column >= 1 and one.message for one in problems)
