"""Formulas and Markdown as terminal text."""

from __future__ import annotations

import pytest

from tests.tui.pretend import SMALL, House, settled
from tutor.text import markdown, maths
from tutor.tui.widgets.prose import Prose

IN_A_SENTENCE = {
    r"x^2": "x²",
    r"n \ge 0": "n≥0",
    r"\frac{a}{b}": "a/b",
    r"\frac{a+1}{b}": "(a+1)/b",
    r"\frac{a+1}{\frac{b}{c}}": "(a+1)/(b/c)",
    r"\frac{1}{n}\sum_{i=1}^n x_i": "1/n Σᵢ₌₁ⁿxᵢ",
    r"x_1^2": "x₁²",
    r"W^\top x": "Wᵀx",
    r"e^{-x^2/2}": "e^(-x²/2)",
    r"x_{new}": "x_new",
    r"\operatorname{Var}(X)": "Var(X)",
    r"\lVert x \rVert": "||x||",
    r"\left(\frac{a}{b}\right)^2": "(a/b)²",
}


@pytest.mark.parametrize(("latex", "text"), IN_A_SENTENCE.items())
def test_a_formula_in_a_sentence_takes_one_row(latex: str, text: str) -> None:
    assert maths.inline(latex) == text
    assert maths.trouble(latex, inline=True) == ""


def test_a_formula_of_its_own_keeps_its_rows() -> None:
    assert maths.block(r"\frac{a}{b}") == [" a", "╶─╴", " b"]


@pytest.mark.parametrize("latex", [r"\underbrace{a}_{b}", r"\nosuchcommand{x}"])
def test_what_cannot_be_drawn_is_shown_as_written_and_reported(latex: str) -> None:
    assert maths.inline(latex) == latex
    assert maths.block(latex) == [latex]
    assert latex in maths.trouble(latex, inline=True)


def test_a_formula_wider_than_the_terminal_is_reported() -> None:
    wide = "+".join(["abc"] * 30)
    assert "76" in maths.trouble(wide, inline=False)


def test_a_matrix_in_a_sentence_is_reported() -> None:
    latex = r"\begin{pmatrix}1&2\\3&4\end{pmatrix}"
    assert "$$" in maths.trouble(latex, inline=True)
    assert maths.trouble(latex, inline=False) == ""


def test_prices_and_prompts_are_no_formulas() -> None:
    assert markdown.formulas("It costs $5 and then $6. Type $ ls and $ cd.") == []


def test_formulas_are_found_with_where_they_stand() -> None:
    text = "A $x^2$ here.\n\n$$\ny\n$$\n\n| a |\n|---|\n| $z$ |\n"
    assert [(latex.strip(), inline) for latex, inline in markdown.formulas(text)] == [
        ("x^2", True),
        ("y", False),
        ("z", True),
    ]


def test_code_is_never_read_as_a_formula() -> None:
    assert markdown.formulas("`$x$` and\n\n```\n$y$\n```\n") == []


async def test_long_lines_of_code_in_prose_are_folded_not_cut(house: House) -> None:
    app = house.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        prose = Prose("```text\n" + "word " * 40 + "last\n```\n")
        await app.screen.mount(prose)
        await settled(pilot)
        assert prose.query_one("Fence Label").size.height > 1
