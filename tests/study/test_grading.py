from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tutor.content.model import (
    Blank,
    Choice,
    Exercise,
    Fix,
    Match,
    Multi,
    Numeric,
    Option,
    Order,
    Output,
    Shape,
    WrongAnswer,
)
from tutor.study.grading import (
    grade,
    mixed_items,
    mixed_rights,
    option_ids,
    right_answer,
    shuffled,
    unreadable,
)


def numeric(answer: float, **more: Any) -> Numeric:
    return Numeric(id="a.q", prompt="?", answer=answer, key=str(answer), **more)


def shape(answer: str, **more: Any) -> Shape:
    return Shape(id="a.q", prompt="?", answer=answer, **more)


def output(printed: str, **more: Any) -> Output:
    return Output(id="a.q", prompt="?", output=printed, **more)


def blank(*answers: str, **more: Any) -> Blank:
    return Blank(id="a.q", prompt="?", answers=answers, **more)


# --- numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["0.5", ".5", "1/2", "50%", "50 %", "5e-1", " 0.50 ", "= 0.5", "≈0.5", "+0.5", "-1/-2", "2/4"],
)
def test_every_usual_way_to_write_a_number_is_read(typed: str) -> None:
    assert grade(numeric(0.5), typed).right


@pytest.mark.parametrize("typed", ["1_000", "1000", "1e3", "1000.0", "1000 bytes", "1000bytes"])
def test_thousands_and_units_are_read(typed: str) -> None:
    assert grade(numeric(1000, unit="bytes", rel=0), typed).right


@pytest.mark.parametrize("typed", ["50", "50%", "50.0 %"])
def test_where_per_cents_are_asked_for_the_sign_may_be_left_out(typed: str) -> None:
    assert grade(numeric(50, unit="%"), typed).right


@pytest.mark.parametrize(
    "typed", ["", "   ", "abc", "0,5", "1/0", "--1", "1 2", "0x10", "1__0", "half", "1" * 1000]
)
def test_what_is_no_number_is_not_counted_and_the_form_is_told(typed: str) -> None:
    graded = grade(numeric(0.5), typed)
    assert graded.invalid
    assert not graded.right
    assert "Expected: 0.5" in graded.say


@pytest.mark.parametrize("typed", ["nan", "inf", "-inf", "NaN", "1e999", "∞"])
def test_nan_and_infinity_are_answers_and_never_right(typed: str) -> None:
    graded = grade(numeric(1e308, rel=1.0), typed)
    assert not graded.right
    assert not graded.invalid
    assert graded.slip is None


@pytest.mark.parametrize(
    ("more", "typed", "right"),
    [
        ({}, "0.3333", True),  # rel 1e-3
        ({}, "0.334", False),
        ({"rel": 0}, "0.333", False),
        ({"rel": 0, "abs": 0.01}, "0.33", True),
        ({"rel": 0, "abs": 0.001}, "0.33", False),
        ({"decimals": 4}, "0.3333", True),
        ({"decimals": 4}, "0.33333333", True),
        ({"decimals": 4}, "1/3", True),
        ({"decimals": 4}, "33.33 %", True),
        ({"decimals": 4}, "0.3334", False),
        ({"digits": 3}, "0.333", True),
        ({"digits": 3}, "0.334", False),
        ({"digits": 3}, "3.33e-1", True),
    ],
)
def test_precision_is_judged_as_the_question_asks(
    more: dict[str, Any], typed: str, right: bool
) -> None:
    assert grade(numeric(1 / 3, **more), typed).right is right


def test_significant_figures_count_before_the_point_too() -> None:
    assert grade(numeric(12345, digits=2), "12000").right
    assert grade(numeric(12345, digits=2), "1.2e4").right
    assert not grade(numeric(12345, digits=3), "12000").right


def test_a_number_rounded_too_early_is_asked_for_again_and_not_counted() -> None:
    graded = grade(numeric(0.16667, decimals=4), "0.17")
    assert graded.invalid
    assert "4 decimals" in graded.say
    assert not grade(numeric(0.0003, decimals=4), "0.0").invalid  # nothing is given away by 0


def test_a_number_cut_off_instead_of_rounded_is_told_so() -> None:
    graded = grade(numeric(0.16667, decimals=4), "0.1666")
    assert (graded.right, graded.slip) == (False, "cut-off")


@pytest.mark.parametrize(
    ("answer", "typed", "slip"),
    [
        (0.3, "-0.3", "sign"),
        (0.3, "0.7", "complement"),
        (0.3, "10/3", "reciprocal"),
        (0.3, "0.6", "twice"),
        (0.3, "0.15", "half"),
        (0.3, "0.09", "square"),
        (0.09, "0.3", "root"),
        (0.3, "30", "percent"),
        (0.3, "0.003", "hundredth"),
        (0.3, "0.31", None),
    ],
)
def test_a_slip_is_recognised_without_being_listed(
    answer: float, typed: str, slip: str | None
) -> None:
    graded = grade(numeric(answer), typed)
    assert (graded.right, graded.slip) == (False, slip)
    assert bool(graded.say) is (slip is not None)


@pytest.mark.parametrize(
    ("answer", "typed", "words"),
    [
        (2, "4", ["twice", "square"]),
        (0.5, "0.25", ["half", "square"]),
        (4, "2", ["half", "square root"]),
        (1 / 3, "2/3", ["twice", "1 minus"]),
    ],
)
def test_where_two_slips_explain_it_both_are_said_and_neither_is_claimed(
    answer: float, typed: str, words: list[str]
) -> None:
    graded = grade(numeric(answer), typed)
    assert graded.slip is None
    assert all(word in graded.say for word in words)


@given(answer=st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6))
def test_the_right_answer_is_right_and_claims_no_slip(answer: float) -> None:
    for question in (numeric(answer), numeric(answer, rel=0), numeric(answer, digits=3)):
        graded = grade(question, repr(answer))
        assert graded.right
        assert graded.slip is None


@given(answer=st.floats(-100, 100), decimals=st.integers(0, 6))
def test_an_answer_rounded_to_the_decimals_asked_for_is_right(answer: float, decimals: int) -> None:
    assert grade(numeric(answer, decimals=decimals), f"{answer:.{decimals}f}").right


@given(answer=st.floats(0.01, 0.99), typed=st.floats(-100, 100))
def test_a_slip_is_claimed_only_for_a_wrong_answer_and_only_one(
    answer: float, typed: float
) -> None:
    graded = grade(numeric(answer), f"{typed:.6f}")
    if graded.slip:
        assert not graded.right
        assert graded.say


@given(text=st.text(max_size=30))
def test_no_text_whatever_makes_grading_fail(text: str) -> None:
    questions = (
        numeric(0.5, decimals=3, unit="m"),
        shape("(3,)"),
        output("tensor([1.5000])"),
        blank("x"),
    )
    for question in questions:
        assert isinstance(grade(question, text).right, bool)


def test_a_listed_wrong_answer_brings_its_misconception_and_sentence() -> None:
    wrong = WrongAnswer(answer="20", say="Strides count elements.", misconception="stride-in-bytes")
    graded = grade(numeric(5, rel=0, wrong=(wrong,)), "20.0")
    assert graded.misconception == "stride-in-bytes"
    assert graded.say == "Strides count elements."


def test_what_is_listed_goes_before_a_slip() -> None:
    graded = grade(numeric(5, wrong=(WrongAnswer(answer="10", say="Counted twice."),)), "10")
    assert (graded.say, graded.slip) == ("Counted twice.", None)


# --- shapes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "(3, 1)",
        "(3,1)",
        "3, 1",
        "[3, 1]",
        "torch.Size([3, 1])",
        "3 x 1",
        "3\N{MULTIPLICATION SIGN}1",
        "Size([3,1])",
    ],
)
def test_every_usual_way_to_write_a_shape_is_read(typed: str) -> None:
    assert grade(shape("(3, 1)"), typed).right


@pytest.mark.parametrize("typed", ["()", "torch.Size([])", "[]", "scalar"])
def test_a_single_number_has_the_empty_shape(typed: str) -> None:
    assert grade(shape("()"), typed).right


@pytest.mark.parametrize(
    "typed", ["() (3,) (1,)", "(),(3),(1)", "()\n(3,)\n(1,)", "() [3] and (1)"]
)
def test_several_shapes_are_read_in_a_row(typed: str) -> None:
    assert grade(shape("() (3,) (1,)"), typed).right


@pytest.mark.parametrize("typed", ["", "abc", "(3, ", "(-1, 2)", "((2, 3))", "1.5", "(2,,3)"])
def test_what_is_no_shape_is_not_counted(typed: str) -> None:
    graded = grade(shape("(3, 1)"), typed)
    assert graded.invalid
    assert "Expected" in graded.say


def test_too_few_shapes_are_asked_for_again() -> None:
    graded = grade(shape("() (3,) (1,)"), "(3,)")
    assert graded.invalid
    assert "3 shapes" in graded.say


@pytest.mark.parametrize(
    ("answer", "typed", "slip"),
    [
        ("(3, 2)", "(2, 3)", "transposed"),
        ("(2, 3, 4)", "(4, 3, 2)", "transposed"),
        ("(2, 3, 4, 5)", "(5, 4, 3, 2)", "transposed"),
        ("(2, 3, 4)", "(3, 4, 2)", None),
        ("(3, 1)", "(3,)", "size-one"),
        ("(3,)", "(1, 3)", "size-one"),
        ("(3,)", "(4,)", None),
        ("(3, 2) (1,)", "(2, 3) (1,)", "transposed"),
        ("(3, 2) (1,)", "(2, 3) (2,)", None),
        ("error", "(3,)", None),
    ],
)
def test_a_slip_in_a_shape_is_recognised(answer: str, typed: str, slip: str | None) -> None:
    graded = grade(shape(answer), typed)
    assert (graded.right, graded.slip) == (False, slip)


def test_a_shape_that_is_its_own_transpose_is_simply_right() -> None:
    assert grade(shape("(3, 3)"), "(3, 3)").right


def test_a_listed_wrong_shape_is_met_however_it_is_written() -> None:
    wrong = (WrongAnswer(answer="(2, 3)", say="No transpose.", misconception="m"),)
    assert grade(shape("(3, 2)", wrong=wrong), "torch.Size([2,3])").misconception == "m"


SHAPES = st.lists(st.lists(st.integers(0, 99), max_size=4).map(tuple), min_size=1, max_size=4)


@given(shapes=SHAPES)
def test_any_shapes_as_python_prints_them_are_read_back(shapes: list[tuple[int, ...]]) -> None:
    question = shape(" ".join(map(str, shapes)))
    assert grade(question, ", ".join(str(list(one)) for one in shapes)).right
    assert right_answer(question) == question.answer


# --- printed output ------------------------------------------------------------------------

MATRIX = "tensor([[1., 2.],\n        [3., 4.]])\n"


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("7.0 7.0 0.0\n", "7.0  7.0 0.0"),
        ("7.0 7.0 0.0\n", "\n7. 7.00 0.0  \n\n"),
        (MATRIX, "tensor([[1.,2.],[3.,4.]])"),
        (MATRIX, "tensor([[1.0, 2.0],\n[3.0, 4.0]])"),
        ("tensor([ 0.,  1., 12.])", "tensor([0., 1., 12.])"),
        ("torch.Size([3, 1])", "torch.Size([3,1])"),
        ("tensor(0.3333)", "tensor(0.33333)"),
        ("tensor(1.0000e-03)", "tensor(0.001)"),
        ("['a', 'b']", '["a", "b"]'),
        ("True None", "true none"),
        ("nan -inf", "nan -inf"),
        ("{'w': 1}", '{"w":1}'),
        ("shape: (2, 3)", "shape:(2,3)"),
        ("-1.5", "\N{MINUS SIGN}1.5"),
        ("1.0", "1.0000"),
        ("a\n\nb", "a\n\nb"),
    ],
)
def test_output_is_compared_by_what_it_says_and_not_by_its_spaces(printed: str, typed: str) -> None:
    assert grade(output(printed), typed).right


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("1", "True"),
        ("True", "1"),
        ("1 2", "12"),
        ("[1, 2]", "(1, 2)"),
        ("[1 2]", "[1, 2]"),
        ("tensor(1.5000)", "tensor(1.6)"),
        ("torch.tensor", "torch.Tensor"),
        ("'a'", "a"),
        ("-1", "1"),
        ("1.0001", "1.0002"),
        ("12345678.0", "12345700.0"),
        ("tensor([1, 2])", "tensor([1., 2.])"),
    ],
)
def test_what_says_something_else_is_wrong(printed: str, typed: str) -> None:
    graded = grade(output(printed), typed)
    assert (graded.right, graded.invalid) == (False, False)


@pytest.mark.parametrize(
    ("printed", "typed"),
    [("6.0", "6"), ("6", "6.0"), ("tensor([1, 2])", "tensor([1., 2.])"), ("7.0 0.0", "7 0")],
)
def test_a_whole_number_for_a_floating_point_one_shows_the_wrong_dtype(
    printed: str, typed: str
) -> None:
    graded = grade(output(printed), typed)
    assert (graded.right, graded.slip) == (False, "dtype-shows")
    assert "type shows" in graded.say


def test_lines_must_be_as_printed() -> None:
    graded = grade(output("1\n2\n"), "1 2")
    assert not graded.right
    assert "2 lines are printed; you wrote 1." in graded.say
    assert "Line 2" in grade(output("1\n2\n3\n"), "1\n5\n6").say


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("1", ""),
        ("1", "  \n "),
        ("tensor([1])", "tensor([1"),
        ("tensor(0.3333)", "tensor(0.33)"),
        ("tensor([1., 2.])", "[1., 2.]"),
    ],
)
def test_output_that_is_only_written_differently_is_asked_for_again(
    printed: str, typed: str
) -> None:
    graded = grade(output(printed), typed)
    assert graded.invalid
    assert graded.say


def test_listed_output_goes_before_a_remark_on_its_form() -> None:
    wrong = (WrongAnswer(answer="[1., 2.]", say="A tensor, not a list.", misconception="m"),)
    graded = grade(output("tensor([1., 2.])", wrong=wrong), "[1.0, 2.0]")
    assert (graded.invalid, graded.misconception) == (False, "m")


def test_printed_text_with_a_bracket_of_its_own_is_compared_as_text() -> None:
    question = output("look: (", wrong=(WrongAnswer(answer="look: [", say="Round."),))
    assert grade(question, "look:  (").right
    assert grade(question, "look: [").say == "Round."


@given(
    values=st.lists(
        st.one_of(
            st.integers(-(10**12), 10**12), st.floats(allow_nan=False), st.booleans(), st.none()
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_printed_literals_are_equal_to_themselves(values: list[Any]) -> None:
    for printed in (str(values), " ".join(map(str, values)), "\n".join(map(str, values))):
        assert grade(output(printed), printed).right


@given(one=st.integers(-50, 50), other=st.integers(-50, 50))
def test_numbers_that_differ_are_never_equal(one: int, other: int) -> None:
    assume(one != other)
    for ending in ("", ".0", ".5"):
        assert not grade(output(f"{one}{ending}"), f"{other}{ending}").right


# --- blanks --------------------------------------------------------------------------------


def test_in_code_case_matters_and_spaces_do_not() -> None:
    question = blank("x.view(2, 3)", "x.reshape(2, 3)", code="y = ___")
    assert grade(question, "`x.view(2,3)`").right
    assert grade(question, " x.reshape( 2, 3 )").right
    graded = grade(question, "x.View(2, 3)")
    assert (graded.right, graded.slip) == (False, "case")


def test_in_prose_case_does_not_matter() -> None:
    assert grade(blank("Broadcasting"), "broadcasting").right


def test_an_empty_blank_is_not_counted() -> None:
    assert grade(blank("x"), "  ").invalid


def test_a_listed_wrong_blank_brings_its_words() -> None:
    wrong = (WrongAnswer(answer="copy", say="It is no copy.", misconception="m"),)
    assert grade(blank("view", wrong=wrong), "Copy").misconception == "m"


# --- chosen answers ------------------------------------------------------------------------

OPTIONS = (
    Option(text="one", why="because 1", right=True),
    Option(text="two", why="because 2", misconception="m2"),
    Option(text="three", why="because 3", id="third", misconception="m3"),
)
CHOICE = Choice(id="a.q", prompt="?", options=OPTIONS)
MULTI = Multi(
    id="a.q", prompt="?", options=(*OPTIONS, Option(text="four", why="because 4", right=True))
)


def test_options_are_named_by_letters_unless_the_author_named_them() -> None:
    assert option_ids(CHOICE) == ("a", "b", "third")


def test_a_choice_says_the_reason_of_what_was_chosen_and_of_what_is_right() -> None:
    right, wrong = grade(CHOICE, "a"), grade(CHOICE, "b")
    assert (right.right, right.say, right.detail) == (True, "because 1", ())
    assert (wrong.right, wrong.misconception) == (False, "m2")
    assert (wrong.say, wrong.detail) == ("because 2", ("because 1",))


def test_an_option_that_is_not_there_is_not_counted() -> None:
    assert grade(CHOICE, "z").invalid
    assert grade(MULTI, {"a", "z"}).invalid
    assert grade(MULTI, set()).invalid


def test_a_multi_is_right_only_as_a_whole_and_tells_what_was_missed_and_added() -> None:
    assert grade(MULTI, {"a", "d"}).right
    assert grade(MULTI, ["d", "a"]).right
    graded = grade(MULTI, {"a", "b"})
    assert (graded.right, graded.misconception) == (False, "m2")
    assert graded.say == "1 missed, 1 too many."
    assert graded.detail == ("Missed: four — because 4", "Not so: two — because 2")
    assert grade(MULTI, {"a", "b", "d", "third"}).misconception is None  # two beliefs: none claimed


def test_options_are_shuffled_by_the_seed_and_graded_by_id() -> None:
    seen = set()
    for seed in range(40):
        options = shuffled(CHOICE, seed)
        assert options == shuffled(CHOICE, seed)
        assert {(one.id, one.text) for one in options} == {
            ("a", "one"),
            ("b", "two"),
            ("third", "three"),
        }
        seen.add(tuple(one.id for one in options))
        right = next(one for one in options if one.right)
        assert grade(CHOICE, right.id).right
    assert len(seen) == 6


ORDER = Order(
    id="a.q",
    prompt="?",
    items=("zero", "forward", "backward", "step"),
    wrong=(WrongAnswer(answer="2 3 1 4", say="Zeroed too late.", misconception="late"),),
)


def test_an_order_is_right_in_one_way_only() -> None:
    right = [one for one in itertools.permutations((1, 2, 3, 4)) if grade(ORDER, one).right]
    assert right == [(1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("given_order", "misconception", "slip", "words"),
    [
        ((2, 3, 1, 4), "late", None, "Zeroed too late."),
        ((4, 3, 2, 1), None, "reversed", "other way round"),
        ((1, 2, 4, 3), None, "neighbours", "neighbours"),
        ((1, 4, 3, 2), None, None, "The first one is in place."),
    ],
)
def test_a_wrong_order_says_what_it_can(
    given_order: tuple[int, ...], misconception: str | None, slip: str | None, words: str
) -> None:
    graded = grade(ORDER, given_order)
    assert (graded.right, graded.misconception, graded.slip) == (False, misconception, slip)
    assert words in graded.say


@pytest.mark.parametrize("given_order", [(), (1, 2), (1, 1, 2, 3), (0, 1, 2, 3), (2, 3, 4, 5)])
def test_an_order_that_is_not_whole_is_not_counted(given_order: tuple[int, ...]) -> None:
    assert grade(ORDER, given_order).invalid


def test_the_order_to_start_from_is_never_the_right_one() -> None:
    two = Order(id="a.q", prompt="?", items=("first", "second"))
    for seed in range(30):
        assert mixed_items(two, seed) == (2, 1)
        assert not grade(ORDER, mixed_items(ORDER, seed)).right
        assert mixed_items(ORDER, seed) == mixed_items(ORDER, seed)


MATCH = Match(
    id="a.q",
    prompt="?",
    pairs={"view": "shares", "clone": "copies", "a = b": "renames"},
    wrong=(WrongAnswer(answer="view = copies", say="A view copies nothing.", misconception="m"),),
)


def test_a_match_is_right_only_as_a_whole_and_tells_what_is_no_pair() -> None:
    assert grade(MATCH, dict(MATCH.pairs)).right
    graded = grade(MATCH, {"view": "copies", "clone": "shares", "a = b": "renames"})
    assert (graded.right, graded.misconception) == (False, "m")
    assert graded.say == "A view copies nothing."
    assert graded.detail == ("Not a pair: view = copies", "Not a pair: clone = shares")
    graded = grade(MATCH, {"view": "shares", "clone": "renames", "a = b": "copies"})
    assert graded.say == "1 of 3 pairs are right."


def test_a_match_with_a_side_left_out_is_not_counted() -> None:
    assert grade(MATCH, {"view": "shares"}).invalid
    assert grade(MATCH, {**MATCH.pairs, "view": "nothing"}).invalid


def test_the_right_sides_are_mixed_by_the_seed() -> None:
    assert len({mixed_rights(MATCH, seed) for seed in range(40)}) == 6
    assert mixed_rights(MATCH, 7) == mixed_rights(MATCH, 7)


# --- all kinds -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        (CHOICE, "one"),
        (MULTI, "one\nfour"),
        (numeric(1 / 6, decimals=4), "0.1667"),
        (numeric(12345, digits=2), "12000"),
        (numeric(0.5, unit="m"), "0.5 m"),
        (shape("(3,1)"), "(3, 1)"),
        (output("1\n2\n"), "1\n2"),
        (ORDER, "1. zero\n2. forward\n3. backward\n4. step"),
        (MATCH, "view = shares\nclone = copies\na = b = renames"),
        (blank("x", "y"), "x"),
    ],
)
def test_the_right_answer_is_shown_in_the_form_that_is_asked_for(question: Any, shown: str) -> None:
    assert right_answer(question) == shown


def test_code_is_not_graded_here() -> None:
    fix = Fix(id="a.q", prompt="?", symptom="1", output="2", solutions=("print(2)",))
    assert right_answer(fix) == "print(2)"
    with pytest.raises(TypeError, match="evaluator"):
        grade(fix, "print(2)")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (numeric(5, wrong=(WrongAnswer(answer="many", say="x"),)), "cannot be read"),
        (numeric(5, wrong=(WrongAnswer(answer="5.001", say="x"),)), "graded as right"),
        (
            output(
                "1", wrong=(WrongAnswer(answer="2", say="x"), WrongAnswer(answer="2 ", say="y"))
            ),
            "another entry",
        ),
        (shape("three"), "cannot be read"),
        (Order(id="a.q", prompt="?", items=("a", "b"), wrong=(WrongAnswer("2", "x"),)), "read"),
        (
            Match(id="a.q", prompt="?", pairs={"a": "b", "c": "d"}, wrong=(WrongAnswer("a", "x"),)),
            "read",
        ),
    ],
)
def test_an_authors_own_answers_that_could_never_be_met_are_found(
    question: Any, words: str
) -> None:
    assert words in " ".join(message for _, message in unreadable(question))


@pytest.mark.parametrize("question", [ORDER, MATCH, CHOICE, MULTI])
def test_sound_questions_have_no_such_answers(question: Any) -> None:
    assert list(unreadable(question)) == []


def test_the_shipped_questions_grade_their_own_answers_right(course: Any) -> None:
    for item in course.items():
        if isinstance(item, Exercise):
            continue
        assert list(unreadable(item)) == [], item.id
        if isinstance(item, Numeric | Shape | Output | Blank):
            assert grade(item, right_answer(item)).right, item.id
        elif isinstance(item, Choice):
            right = [option.id for option in shuffled(item, 1) if option.right]
            assert grade(item, right[0]).right
        elif isinstance(item, Multi):
            assert grade(item, {option.id for option in shuffled(item, 1) if option.right}).right
        elif isinstance(item, Match):
            assert grade(item, dict(item.pairs)).right
        elif isinstance(item, Order):
            assert grade(item, tuple(range(1, len(item.items) + 1))).right
