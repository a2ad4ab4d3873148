"""Settings: a bad value is a sentence, never a crash, and the file is not touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.paths import atomic_write
from tutor.settings import Settings, load_settings, save_setting


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path).settings == Settings()


def test_good_values_are_read(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('theme = "light"\n[keys]\n"lesson.check" = "f9"\n')
    loaded = load_settings(tmp_path)
    assert loaded.problems == ()
    assert loaded.settings.theme == "light"
    assert loaded.settings.keys == {"lesson.check": "f9"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('theme = "drak"', "dark, light, high-contrast, terminal"),
        ("theme = 3", "dark, light, high-contrast, terminal"),
        ('theem = "dark"', "did you mean 'theme'"),
        ("xyzzy = 1", "there are: theme"),
        ("reviews_a_day = 0", "from 1 to 1000"),
        ("reviews_a_day = true", "from 1 to 1000"),
        ('ask_sure = "yes"', "true or false"),
        ("keys = 3", "table of texts"),
        ("[keys]\nx = 3", "table of texts"),
    ],
)
def test_a_bad_value_is_named_with_the_valid_ones(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(line)
    loaded = load_settings(tmp_path)
    assert loaded.settings == Settings()
    assert len(loaded.problems) == 1
    assert said in loaded.problems[0]
    assert path.read_text() == line


def test_one_bad_value_does_not_take_the_good_ones_along(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('theme = "drak"\nreviews_a_day = 5\n')
    assert load_settings(tmp_path).settings.reviews_a_day == 5


@pytest.mark.parametrize("content", [b"theme = ", b"\xff\xfe", b"a\n[["])
def test_a_file_that_is_no_toml_is_told_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    assert len(load_settings(tmp_path).problems) == 1
    assert path.read_bytes() == content


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    assert len(load_settings(tmp_path).problems) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "light"\n'),
        ('theme = "dark"\n', 'theme = "light"\n'),
        ('theme = "dark"  # mine\n', 'theme = "light"  # mine\n'),
        ("# hello\nask_sure = false\n", 'theme = "light"\n# hello\nask_sure = false\n'),
        ('[keys]\ntheme = "f9"\n', 'theme = "light"\n[keys]\ntheme = "f9"\n'),
    ],
)
def test_the_theme_is_written_and_every_other_line_kept(
    tmp_path: Path, before: str, after: str
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(before)
    save_setting(tmp_path, "theme", "light", atomic_write)
    assert path.read_text() == after


def test_a_broken_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[[keys\n")
    with pytest.raises(ValueError, match="line 2"):
        save_setting(tmp_path, "theme", "light", atomic_write)
    assert path.read_text() == "[[keys\n"
