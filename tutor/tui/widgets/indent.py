"""What a code editor's keys do to text: pure functions over lines and columns."""

from __future__ import annotations

import re

WIDTH = 4
_LEAVES_BLOCK = re.compile(r"(return|pass|break|continue|raise)\b")
_STRING_OR_COMMENT = re.compile(r"""("[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')|(\#.*)$""")


def leading(line: str) -> str:
    """Return the white space that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def indent_after(before: str) -> str:
    """Return the indentation of the line that Enter opens.

    Args:
        before: the line up to the cursor.
    """
    indent = leading(before)
    code = _STRING_OR_COMMENT.sub(lambda found: found[1] or "", before).strip()
    if code.endswith((":", "(", "[", "{")):
        return indent + " " * WIDTH
    if _LEAVES_BLOCK.match(code) and not _opens(code):
        return indent[: max(0, len(indent) - WIDTH)]
    return indent


def step_back(before: str) -> int:
    """Return how many characters Backspace removes after ``before``: a whole indent, or one."""
    if before and not before.strip(" "):
        return (len(before) - 1) % WIDTH + 1
    return 1


def shift_right(lines: list[str]) -> list[str]:
    """Indent every line that has something in it."""
    return [" " * WIDTH + line if line.strip() else line for line in lines]


def shift_left(lines: list[str]) -> list[str]:
    """Take one indent, or what there is of one, from every line."""
    return [_shifted_left(line) for line in lines]


def toggle_comments(lines: list[str]) -> list[str]:
    """Comment the lines out at their common indentation, or in again when all of them are out."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return lines
    if all(line.lstrip().startswith("#") for line in filled):
        return [re.sub(r"^(\s*)# ?", r"\1", line) for line in lines]
    column = min(len(leading(line)) for line in filled)
    return [f"{line[:column]}# {line[column:]}" if line.strip() else line for line in lines]


def tabs_and_spaces_mix(text: str) -> bool:
    """Whether some lines are indented with tabs and others with spaces, or one with both."""
    indents = {kind for line in text.splitlines() for kind in leading(line)}
    return len(indents) > 1


def tabs_to_spaces(text: str) -> str:
    """Return the text with the tabs of each line's indentation as spaces."""
    lines = text.split("\n")
    return "\n".join(leading(line).expandtabs(WIDTH) + line.lstrip(" \t") for line in lines)


def occurrences(lines: list[str], needle: str) -> list[tuple[int, int]]:
    """Return where ``needle`` is, as (row, column); a capital in it makes case matter."""
    if not needle:
        return []
    flags = re.NOFLAG if needle != needle.lower() else re.IGNORECASE
    pattern = re.compile(re.escape(needle), flags)
    return [(row, m.start()) for row, line in enumerate(lines) for m in pattern.finditer(line)]


def _shifted_left(line: str) -> str:
    if line.startswith("\t"):
        return line[1:]
    return line[min(WIDTH, len(line) - len(line.lstrip(" "))) :]


def _opens(code: str) -> bool:
    """Whether more brackets open than close: the statement goes on beneath."""
    return sum(code.count(b) for b in "([{") > sum(code.count(b) for b in ")]}")
