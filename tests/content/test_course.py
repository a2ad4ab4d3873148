from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.content import course as course_module
from tutor.content import files as files_module
from tutor.content import index as index_module
from tutor.content.course import UnknownItem
from tutor.content.loader import ContentError, load_course, step_key
from tutor.content.model import Step
from tutor.content.references import check_course

LESSON = "lessons/boxes/01-opening.yaml"
SECOND = "lessons/boxes/02-closing.yaml"
QUIZ = "quizzes/boxes/01-opening.yaml"
SMALL = Path(__file__).parent / "courses" / "small"
Spoil = Callable[[str, str, str], Path]


def test_the_index_tells_units_lessons_and_items_in_order(small: Path) -> None:
    course = load_course(small)
    unit = course.unit("B")
    assert (course.title, unit.title) == ("A small course", "Boxes")
    assert [(one.id, one.alias, one.minutes) for one in unit.lessons] == [
        ("boxes.opening", "B1", 10),
        ("boxes.closing", "B2", 5),
    ]
    first = unit.lessons[0]
    assert [(one.alias, one.kind, one.title) for one in first.items] == [
        ("B1.a", "exercise", "Write open_box"),
        ("", "numeric", "How many things?"),
        ("B1.q1", "choice", "What is inside?"),
        ("B1.q2", "output", "What is printed?"),
    ]


def test_a_course_opens_without_reading_a_body_a_second_time(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_course(small, cache=tmp_path / "cache")
    monkeypatch.setattr(course_module, "read_lesson", lambda _: pytest.fail("a body was read"))
    monkeypatch.setattr(index_module, "index_source", lambda _: pytest.fail("indexed again"))
    course = load_course(small, cache=tmp_path / "cache")
    assert course.item_entry("b1.Q2").id == "boxes.opening.prints"


def test_a_body_is_read_once(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = load_course(small)
    lesson = course.lesson("B1")
    monkeypatch.setattr(course_module, "read_lesson", lambda _: pytest.fail("read twice"))
    assert course.lesson("boxes.opening") is lesson


@pytest.mark.parametrize(
    "name", ["boxes.opening", "B1", "b1", "boxes.start", " B1 ", "BOXES.Start"]
)
def test_ids_aliases_and_former_ids_are_accepted_alike_for_lessons(small: Path, name: str) -> None:
    assert load_course(small).lesson(name).id == "boxes.opening"


@pytest.mark.parametrize("name", ["boxes.opening.write", "B1.a", "b1.A", "boxes.opening.old-write"])
def test_ids_aliases_and_former_ids_are_accepted_alike_for_items(small: Path, name: str) -> None:
    course = load_course(small)
    assert course.exercise(name).id == "boxes.opening.write"
    assert course.item(name) is course.exercise(name)
    assert course.lesson_of(name).id == "boxes.opening"


def test_questions_of_steps_and_of_quizzes_are_found_alike(small: Path) -> None:
    course = load_course(small)
    assert course.question("B1.q1").id == "boxes.opening.what"
    assert course.question("boxes.opening.how-many").prompt == "How many things?"
    assert [one.alias for one in course.questions("B1")] == ["B1.q1", "B1.q2"]
    assert course.questions("B2") == ()
    assert len(course.items()) == 4


def test_an_unknown_name_brings_the_nearest_one_of_its_kind(small: Path) -> None:
    course = load_course(small)
    for ask, name, near in (
        (course.lesson, "boxes.opning", "boxes.opening"),
        (course.item, "b1.Q3", "B1.q1"),
        (course.exercise, "B1.q1", "B1.a"),
        (course.question, "B1.a", "B1.q2"),
        (course.unit, "boxs", "boxes"),
    ):
        with pytest.raises(UnknownItem) as caught:
            ask(name)
        assert caught.value.suggestion in (near, "B1.q2", "B1.q1")
        assert str(caught.value).startswith(f"there is no '{name}' in this course")
    with pytest.raises(KeyError):
        course.lesson("completely different")


def test_a_broken_lesson_is_listed_with_its_problems_and_refused_with_them(spoil: Spoil) -> None:
    course = load_course(spoil(LESSON, "minutes: 10", "minuts: 10"))
    entry = course.entry("B1")
    assert entry.title == "Opening a box"
    assert len(entry.problems) == 2
    with pytest.raises(ContentError) as caught:
        course.lesson("B1")
    assert caught.value.problems == entry.problems
    assert [one.alias for one in course.questions("B1")] == ["B1.q1", "B1.q2"]
    assert [item.alias for item in course.items()] == ["B1.q1", "B1.q2"]


def test_a_broken_quiz_leaves_its_lesson_open(spoil: Spoil) -> None:
    course = load_course(spoil(QUIZ, "kind: output", "kind: outputs"))
    assert course.lesson("B1").title == "Opening a box"
    with pytest.raises(ContentError, match="outputs"):
        course.questions("B1")
    with pytest.raises(ContentError):
        course.question("B1.q2")


def test_of_two_files_with_one_name_the_first_keeps_it(spoil: Spoil) -> None:
    course = load_course(spoil(SECOND, "alias: B2", "alias: B1"))
    first, second = course.units[0].lessons
    assert not first.problems
    assert f"{first.path}:1" in str(second.problems[0])
    assert str(second.problems[0]).startswith(str(second.path))
    assert course.lesson("B1").id == "boxes.opening"


def test_a_second_lesson_of_the_same_id_never_lends_its_items_the_first_ones_bodies(
    spoil: Spoil,
) -> None:
    question = (
        "steps:\n  - {title: A, text: a}\n  - title: B\n    question: {kind: blank, id: boxes.x, "
        'prompt: "___", answers: [a]}\n'
    )
    spoil(SECOND, "id: boxes.closing", "id: boxes.opening")
    root = spoil(SECOND, "steps:\n", question)
    with pytest.raises(ContentError, match="already taken"):
        load_course(root).item("boxes.x")


def test_a_name_that_differs_in_case_only_is_taken_too(spoil: Spoil) -> None:
    course = load_course(spoil(SECOND, "id: boxes.closing", "id: b1"))
    assert "already taken" in str(course.units[0].lessons[1].problems[0])


def test_a_message_is_placed_at_a_line_of_an_items_code(small: Path) -> None:
    course = load_course(small)
    told = course.problem("B1.a", ("solutions", 0), "no", line=3)
    assert str(told) == f"{small / LESSON}:31:15: no"
    assert (small / LESSON).read_text().splitlines()[30].strip() == "return thing"
    told = course.problem("B1.q2", ("output",), "no")
    assert (told.path, told.line) == (small / QUIZ, 18)
    assert course.problem("B1", ("minutes",), "no").line == 4


def test_lessons_are_sorted_by_file_name_and_other_files_are_left_alone(small: Path) -> None:
    folder = small / "lessons" / "boxes"
    (folder / "01-opening.yaml").rename(folder / "03-opening.yaml")
    (small / QUIZ).rename(small / "quizzes/boxes/03-opening.yaml")
    for name in (".02-closing.yaml.swp", "notes.txt", "_draft.yaml", ".hidden.yaml"):
        (folder / name).write_text("not a lesson")
    course = load_course(small)
    assert [entry.alias for entry in course.entries()] == ["B2", "B1"]
    assert check_course(course) == ()


@pytest.mark.parametrize(
    ("title", "key"),
    [("Look: first!", "look-first"), ("`view` or not?", "view-or-not"), ("층 쌓기", "층-쌓기")],
)
def test_the_key_of_a_step_is_the_slug_of_its_title(title: str, key: str) -> None:
    assert step_key(Step(title=title)) == key


@given(title=st.text(max_size=40))
def test_the_key_of_a_step_is_stable_and_plain(title: str) -> None:
    key = step_key(Step(title=title))
    assert key == step_key(Step(title=title))
    assert not any(character.isspace() for character in key)


# --- the remembered index --------------------------------------------------------------------


def test_a_changed_file_is_read_again(small: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    load_course(small, cache=cache)
    path = small / SECOND
    path.write_text(path.read_text().replace("Closing a box", "Shutting a box"))
    assert load_course(small, cache=cache).entry("B2").title == "Shutting a box"
    path.write_text("minutes: [")
    for _ in range(2):  # problems are never remembered as health
        assert load_course(small, cache=cache).units[0].lessons[1].problems


def test_remembered_and_read_indexes_are_the_same(small: Path, tmp_path: Path) -> None:
    fresh = load_course(small)
    load_course(small, cache=tmp_path)
    kept = load_course(small, cache=tmp_path)
    assert kept.units == fresh.units
    assert kept.names == fresh.names


@pytest.mark.parametrize("spoilt", [b"", b"{", b'{"made_by":"", "files": {}}', b"\xff\x00"])
def test_a_spoilt_or_old_memory_is_only_slower(small: Path, tmp_path: Path, spoilt: bytes) -> None:
    load_course(small, cache=tmp_path)
    (file,) = tmp_path.glob("course-*.json")
    file.write_bytes(spoilt)
    assert load_course(small, cache=tmp_path).units == load_course(small).units
    assert msgspec.json.decode(file.read_bytes())["files"]


def test_a_memory_that_cannot_be_written_is_no_error(small: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert load_course(small, cache=tmp_path / "file" / "folder").lesson("B1")


def test_two_courses_share_a_folder_of_memory(small: Path, tmp_path: Path) -> None:
    other = small.parent / "other"
    shutil.copytree(small, other)
    load_course(other, cache=tmp_path)
    load_course(small, cache=tmp_path)
    assert len(list(tmp_path.glob("course-*.json"))) == 2


# --- the door and the rest ---------------------------------------------------------------------


def test_all_text_of_a_course_passes_one_door(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[str] = []

    def door(part: Any) -> Any:
        passed.append(type(part).__name__)
        return part

    monkeypatch.setattr(files_module, "worded", door)
    course = load_course(small)
    passed.clear()
    course.lesson("B1")
    course.questions("B1")
    assert passed == ["Lesson", "Quiz"]
    load_course(small)
    assert {"CourseHead", "tuple"} <= set(passed)  # the misconceptions are the tuple


@given(
    file=st.sampled_from([LESSON, QUIZ, "lessons/course.yaml", "lessons/misconceptions.yaml"]),
    number=st.integers(0, 45),
    line=st.one_of(
        st.text("abkx:-[]{}'\"|>&*!#%@ \t", max_size=20),
        st.sampled_from(["steps: 3", "  - kind: blank", "  x: {id: [a]}", "- ", "id: {a: b}", "?"]),
    ),
)
def test_no_line_whatever_in_any_file_takes_the_course_down(
    tmp_path_factory: pytest.TempPathFactory, file: str, number: int, line: str
) -> None:
    root = tmp_path_factory.mktemp("spoilt") / "course"
    shutil.copytree(SMALL, root)
    lines = (root / file).read_text(encoding="utf-8").splitlines()
    lines[number % len(lines)] = line
    (root / file).write_text("\n".join(lines), encoding="utf-8")
    course = load_course(root)
    assert list(course.entries())
    check_course(course)
    for item in course.items():
        assert course.item(item.id) == item
