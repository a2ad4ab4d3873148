"""A file that is spoilt in one place is told at that place, with what was expected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tutor.content.loader import Course, load_course
from tutor.content.references import check_course

Spoil = Callable[[str, str, str], Path]
LESSON = "lessons/boxes/01-opening.yaml"
SECOND = "lessons/boxes/02-closing.yaml"
QUIZ = "quizzes/boxes/01-opening.yaml"
COURSE = "lessons/course.yaml"
BELIEFS = "lessons/misconceptions.yaml"


def told(root: Path) -> list[str]:
    return [str(one).removeprefix(f"{root}/") for one in check_course(load_course(root))]


def test_the_small_course_is_sound(small: Path) -> None:
    assert told(small) == []


# file, what stands there, what is put there, line:column, words of the sentence
ONE_FAULT = [
    # keys
    (LESSON, "minutes: 10", "minuts: 10", "4:1", "unknown key 'minuts' in this lesson; did you"),
    (LESSON, "minutes: 10", "minuts: 10", "1:1", "this lesson needs the key 'minutes'"),
    (LESSON, "starter: |", "startet: |", "24:7", "did you mean 'starter'?"),
    (LESSON, "minutes: 10", "minutes: 10\nminutes: 12", "5:1", "twice; the first is in line 4"),
    (LESSON, "minutes: 10", "[1]: 10", "4:1", "a key must be a word"),
    # text that YAML reads as something else
    (LESSON, "title: Now you", "title: no", "16:12", "YAML reads no as false"),
    (LESSON, "title: Now you", "title: 12:30", "16:12", "YAML reads 12:30 as 750"),
    (LESSON, "title: Now you", "title: 1.10", "16:12", 'put it in quotes: "1.10"'),
    (LESSON, "title: Now you", "title: 2024-01-01", "16:12", "quotes"),
    (LESSON, "title: Now you", "title:", "16:11", "expected text, found nothing"),
    (LESSON, "title: Now you", "title: [a]", "16:12", "expected text, found a list"),
    (LESSON, "title: Now you", "title: !mine a", "16:12", "'!mine' has no meaning"),
    (LESSON, "say: You copied the box.", "say: on", "", "YAML reads on as true"),
    # numbers
    (LESSON, "minutes: 10", 'minutes: "10"', "4:10", "without quotes"),
    (LESSON, "minutes: 10", "minutes: ten", "4:10", "expected a whole number, found 'ten'"),
    (LESSON, "minutes: 10", "minutes: 010", "4:10", "plain digits"),
    (LESSON, "minutes: 10", "minutes: 12:30", "4:10", "12:30 is 750"),
    (LESSON, "minutes: 10", "minutes: 1000", "4:10", "expected a number ≤ 240"),
    (LESSON, "minutes: 10", "minutes: 7.5", "4:10", "plain digits"),
    (LESSON, "answer: 1\n", "answer: .inf\n", "43:15", "number"),
    (LESSON, "answer: 1\n", "answer: 1e999\n", "43:15", "finite"),
    (LESSON, "answer: 1\n", "answer: 1/3\n", "43:15", "expected a number, found '1/3'"),
    (QUIZ, "right: true", "right: yes", "11:58", "expected true or false, found 'yes'"),
    # forms and choices
    (LESSON, "id: boxes.opening\n", "id: Boxes.opening\n", "1:5", "lower case"),
    (LESSON, "alias: B1.a", "alias: b1.a", "19:14", "e.g. T4.b"),
    (LESSON, "kind: numeric", "kind: numerical", "40:13", "did you mean 'numeric'?"),
    (LESSON, "      kind: numeric\n", "", "40:7", "the key 'kind' is missing"),
    (LESSON, "    question: B1.q1", "    visual: {kind: storge, code: x}", "15:20", "'storage'"),
    (LESSON, "objectives: [boxes.open]", "objectives: boxes.open", "21:19", "expected a list"),
    # inside one file
    (LESSON, "title: Now you", "title: Look first", "16:12", "step 1 has the same title"),
    (LESSON, 'title: "Look: first!"', 'title: "!"', "10:12", "a letter or a digit"),
    (SECOND, ", text: Push.}", "}", "8:5", "neither text nor anything to do"),
    (LESSON, "          call: open_box([1])\n", "", "35:11", "either 'call' or 'run'"),
    (LESSON, "[boxes.open]", "[boxes.opn]", "21:20", "did you mean 'boxes.open'?"),
    (QUIZ, ", right: true", "", "11:7", "no option is marked"),
    (QUIZ, "misconception: box-copies", "right: true", "12:9", "option 1 is right already"),
    (QUIZ, "A copy", "The thing", "12:9", "already number 1"),
    # between files
    (LESSON, "question: B1.q1", "question: B1.q7", "15:15", "no question 'B1.q7'"),
    (LESSON, "{id: box-copies", "{id: box-copy", "33:16", "did you mean 'box-copies'?"),
    (QUIZ, "misconception: box-copies", "misconception: x", "12:64", "misconceptions.yaml has no"),
    (QUIZ, "[boxes.open]", "[boxes.close]", "6:18", "this lesson has no objective"),
    (QUIZ, "lesson: boxes.opening", "lesson: boxes.closing", "1:1", "lesson beside it"),
    (QUIZ, "alias: B1.q2", "alias: B1.q1", "14:1", "already taken"),
    (SECOND, "id: boxes.closing", "id: boxes.opening", "1:1", "01-opening.yaml:1"),
    (SECOND, "id: boxes.closing", "id: boxes.start", "1:1", "already taken"),
    (SECOND, "requires: [boxes.opening,", "requires: [boxes.openin,", "5:12", "'boxes.opening'"),
    (BELIEFS, "lesson: boxes.opening", "lesson: boxes.none", "5:11", "no lesson or objective"),
    (COURSE, "id: boxes", "id: boxs", "3:9", "did you mean 'boxes'?"),
]


@pytest.mark.parametrize(("file", "old", "new", "place", "words"), ONE_FAULT)
def test_a_fault_is_told_at_its_place_with_what_was_expected(
    spoil: Spoil, file: str, old: str, new: str, place: str, words: str
) -> None:
    problems = told(spoil(file, old, new))
    fitting = [one for one in problems if words in one and one.startswith(f"{file}:{place}")]
    assert fitting, problems


def test_all_faults_of_a_file_are_told_at_once(spoil: Spoil) -> None:
    spoil(LESSON, "minutes: 10", "minutes: ten")
    spoil(LESSON, "title: Now you", "titel: Now you")
    root = spoil(LESSON, "kind: numeric", "kind: number")
    lines = [int(one.split(":")[1]) for one in told(root) if one.startswith(LESSON)]
    assert lines == [4, 16, 16, 40]


def test_a_number_with_an_exponent_and_no_point_is_a_number(small: Path) -> None:
    """YAML 1.1 reads 1e-6 as text; authors mean the number."""
    assert load_course(small).exercise("B1.a").probes[0].tolerance.rtol == 1e-6


def entries(course: Course) -> dict[str, int]:
    return {entry.id: len(entry.problems) for entry in course.entries()}


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"a: [", b"just text", b"- a list", b"[" * 300_000, b"\t", b"a: *b"]
)
@pytest.mark.parametrize("file", [LESSON, QUIZ, COURSE, BELIEFS])
def test_no_broken_file_takes_the_course_down(small: Path, file: str, content: bytes) -> None:
    (small / file).write_bytes(content)
    course = load_course(small)
    assert any(str(one).startswith(str(small / file)) for one in check_course(course))
    assert len(list(course.entries())) == 2
    assert course.lesson("B2").title == "Closing a box"
    if file in (COURSE, BELIEFS):
        assert course.problems
        assert course.exercise("B1.a").title == "Write open_box"
    else:
        assert not course.problems
        assert course.unit("boxes").lessons[0].problems


@pytest.mark.parametrize("missing", ["lessons", "quizzes", COURSE, BELIEFS, "lessons/boxes", "."])
def test_whatever_is_missing_is_said_and_the_rest_works(small: Path, missing: str) -> None:
    import shutil

    path = small / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    course = load_course(small)
    assert course.title
    if missing not in ("quizzes", BELIEFS):  # a course may do without these
        assert course.problems
    check_course(course)


def test_a_course_file_half_broken_still_gives_the_units_it_names(spoil: Spoil) -> None:
    root = spoil(COURSE, "    about:", "    abuot:")
    course = load_course(root)
    assert [(unit.id, unit.title) for unit in course.units] == [("boxes", "Boxes")]
    assert [str(one).split(": ", 1)[0] for one in course.problems] == [
        f"{root}/{COURSE}:3:5",
        f"{root}/{COURSE}:6:5",
    ]


def test_folders_and_quizzes_that_belong_to_nothing_are_told(small: Path) -> None:
    (small / "lessons" / "extra").mkdir()
    (small / "quizzes" / "boxes" / "09-none.yaml").write_text("lesson: x\nquestions: []\n")
    words = " ".join(map(str, load_course(small).problems))
    assert "lessons/extra is not listed" in words
    assert "no lesson belongs to this quiz" in words
