"""Folders that programs may write are deleted whatever is in them."""

from __future__ import annotations

import os
from pathlib import Path

from tutor.evaluator.pairs import remove_tree


def test_a_folder_nested_deeper_than_python_recurses_is_deleted(tmp_path: Path) -> None:
    root = tmp_path / "run"
    root.mkdir()
    before = os.getcwd()
    os.chdir(root)
    try:
        for _ in range(3000):  # 6,000 characters: longer than a path may be, too
            os.mkdir("d")
            os.chdir("d")
        Path("file").write_text("x")
    finally:
        os.chdir(before)
    remove_tree(root)
    assert not root.exists()


def test_a_link_is_deleted_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    root = tmp_path / "run"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "kept")
    remove_tree(root)
    assert (tmp_path / "kept" / "file").exists()
    assert not root.exists()
