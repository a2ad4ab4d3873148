"""The settings: one TOML file in the config folder, read into one struct.

A bad value is a sentence that names the valid ones; the default is used instead and the file is
left as it is. The app writes one thing into the file itself, a line at a time, and keeps the rest
byte for byte.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from tutor.text.messages import say

FILE_NAME = "settings.toml"

ThemeName = Literal["dark", "light", "high-contrast", "terminal"]
Motion = Literal["auto", "on", "off"]
Symbols = Literal["auto", "unicode", "ascii"]
Sandbox = Literal["any", "minimal", "basic", "partial", "strong", "full"]


class Settings(msgspec.Struct, frozen=True):
    """What a person may choose. Each field has its docstring beneath it."""

    theme: ThemeName = "dark"
    """Colours: dark, light, high-contrast, or terminal (the terminal's own 16)."""

    motion: Motion = "auto"
    """Animations and a blinking cursor; auto turns them off over SSH."""

    symbols: Symbols = "auto"
    """Characters for marks and lines; auto asks the locale."""

    sandbox: Sandbox = "any"
    """Run code only where the machine enforces at least this much; any runs it everywhere."""

    reviews_a_day: int = 60
    """The most reviews that one day asks for, 1 to 1000."""

    ask_sure: bool = True
    """Ask how sure you are before an answer is shown in a drill."""

    keys: dict[str, str] = {}
    """Other keys: the id of a binding (shown by F1) and its keys, e.g. "lesson.check" = "f5,f9"."""


class Loaded(msgspec.Struct, frozen=True):
    """The settings as they hold, and a sentence for each value that could not be used."""

    settings: Settings
    problems: tuple[str, ...] = ()


DEFAULTS = Loaded(Settings())


def load_settings(folder: Path) -> Loaded:
    """Read the settings of a config folder; a missing file means the defaults. Never raises."""
    path = folder / FILE_NAME
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return DEFAULTS
    except (OSError, UnicodeDecodeError) as error:
        return Loaded(Settings(), (say("settings.unreadable", path=path, why=error),))
    except tomllib.TOMLDecodeError as error:
        return Loaded(Settings(), (say("settings.not_toml", path=path, why=error),))
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in table.items():
        problem = _problem_of(name, value)
        if problem:
            problems.append(f"{FILE_NAME}: {problem}")
        else:
            values[name] = value
    return Loaded(Settings(**values), tuple(problems))


def save_setting(folder: Path, name: str, value: str, write: Callable[[Path, str], None]) -> None:
    """Set one top-level text value in the file, keeping every other line as it was.

    Raises:
        OSError: the file cannot be read or written.
        ValueError: the file is not TOML at present, so a line could not be placed with certainty.
    """
    path = folder / FILE_NAME
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    line = f'{name} = "{value}"'
    head, table, rest = _before_first_table(text)
    pattern = re.compile(rf"^{re.escape(name)}[ \t]*=[^\n#]*?(?=[ \t]*(#[^\n]*)?$)", re.MULTILINE)
    head, found = pattern.subn(lambda _: line, head, count=1)
    if not found:
        head = f"{line}\n{head}"
    new = head + table + rest
    if tomllib.loads(new).get(name) != value:  # TOMLDecodeError is a ValueError
        raise ValueError(say("settings.not_toml", path=path, why=name))
    write(path, new)


def _before_first_table(text: str) -> tuple[str, str, str]:
    found = re.search(r"^[ \t]*\[", text, re.MULTILINE)
    if not found:
        return text, "", ""
    return text[: found.start()], found.group(), text[found.end() :]


def _problem_of(name: str, value: object) -> str:
    check = _CHECKS.get(name)
    if check is None:
        return _unknown(name)
    return check(name, value)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, _CHECKS, n=1)
    if near:
        return say("settings.unknown_near", name=name, near=near[0])
    return say("settings.unknown", name=name, valid=", ".join(_CHECKS))


def _one_of(kind: Any) -> Callable[[str, object], str]:
    valid = get_args(kind)

    def check(name: str, value: object) -> str:
        if value in valid:
            return ""
        return say("settings.choice", name=name, value=repr(value), valid=", ".join(valid))

    return check


def _a_count(name: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000:
        return ""
    return say("settings.count", name=name, value=repr(value))


def _yes_or_no(name: str, value: object) -> str:
    return "" if isinstance(value, bool) else say("settings.boolean", name=name, value=repr(value))


def _texts(name: str, value: object) -> str:
    if isinstance(value, dict) and all(isinstance(keys, str) and keys for keys in value.values()):
        return ""
    return say("settings.keys", name=name)


_CHECKS: Mapping[str, Callable[[str, object], str]] = {
    "theme": _one_of(ThemeName),
    "motion": _one_of(Motion),
    "symbols": _one_of(Symbols),
    "sandbox": _one_of(Sandbox),
    "reviews_a_day": _a_count,
    "ask_sure": _yes_or_no,
    "keys": _texts,
}
