"""A run folder goes away whole, whatever a program has made of it, and is measured as it fills."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from confined import CHECKOUT

from tutor.evaluator.confine.folder import MAX_DEPTH, MAX_NAMES, remove, usage

MESS = {
    "nothing": "",
    "files": "[open(str(n), 'w').close() for n in range(200)]",
    "nested-beyond-any-path": "for _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')",
    "nested-and-filled": (
        "for n in range(300):\n    open(f'f{n}', 'w').close()\n    os.mkdir('d')\n"
        "    os.mkdir('e')\n    os.chdir('d')"
    ),
    "without-rights": (
        "os.makedirs('a/b/c')\nopen('a/b/c/f', 'w').close()\n"
        "os.chmod('a/b/c', 0)\nos.chmod('a/b', 0o400)\nos.chmod('a', 0o100)"
    ),
    "names-of-bytes": "open(b'\\xff\\xfe', 'w').close()\nos.mkdir(b'\\xfe\\n')",
    "links": "os.symlink('/etc', 'l')\nos.symlink('l', 'm')\nos.mkfifo('p')",
}


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder in which everybody may make and delete names; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        yield Path(folder)


@pytest.mark.parametrize("mess", MESS)
@pytest.mark.parametrize("user", ["me", "nobody"])
def test_a_folder_is_removed_whole(mess, user, tmp_path, open_to_all):
    if user == "nobody" and os.geteuid() != 0:
        pytest.skip("these tests are run by an ordinary user already")
    folder = tmp_path / "run"
    folder.mkdir()
    code = f"import os\nos.chdir({str(folder)!r})\n{MESS[mess]}"
    if user == "nobody":
        folder = open_to_all / "run"
        folder.mkdir()
        folder.chmod(0o777)
        # Its own files only; then the sweeping, too, is done without root's rights.
        code = f"import os\nos.setuid(65534)\nos.chdir({str(folder)!r})\n{MESS[mess]}"
    subprocess.run([sys.executable, "-c", code], check=True)
    sweep = "" if user == "me" else "import os\nos.setuid(65534)\n"
    sweep = (
        f"import sys\nsys.path.insert(0, {str(CHECKOUT)!r})\n"
        f"from tutor.evaluator.confine.folder import remove\n{sweep}remove({str(folder)!r})"
    )
    subprocess.run([sys.executable, "-c", sweep], check=True)
    assert not folder.exists()


def test_what_a_link_points_to_stays(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "link").symlink_to(tmp_path / "kept")
    remove(str(tmp_path / "run"))
    assert (tmp_path / "kept" / "file").read_text() == "x"


def test_a_folder_that_is_gone_is_fine(tmp_path):
    remove(str(tmp_path / "never"))
    assert not usage(str(tmp_path / "never")).too_much


def test_bytes_names_and_depth_are_counted(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "file").write_bytes(bytes(100_000))
    found = usage(str(tmp_path))
    assert (found.names, found.depth) == (3, 2)
    assert found.size >= 100_000
    assert not found.too_much


def test_a_hole_is_not_counted_as_bytes(tmp_path):
    with open(tmp_path / "hole", "wb") as file:
        file.truncate(1 << 40)
    assert not usage(str(tmp_path)).too_much


def test_too_many_names_and_too_deep_are_too_much(tmp_path):
    (tmp_path / "/".join("d" * (MAX_DEPTH + 1))).mkdir(parents=True)
    assert usage(str(tmp_path)).too_much
    (tmp_path / "many").mkdir()
    for number in range(MAX_NAMES + 1):
        (tmp_path / "many" / str(number)).touch()
    assert usage(str(tmp_path / "many")).too_much
