"""Run a script of the tests as an ordinary user, where the tests themselves run as root.

What the user must be able to read (interpreter, environment, checkout) is offered in a folder of
its own, made of hard links where the disk allows that: it costs a second and no room.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NOBODY = 65534
CHECKOUT = Path(__file__).resolve().parents[2]
_OF_THE_CHECKOUT = ("tutor", "lessons", "quizzes", "tests")


def command(folder: Path, script: Path, *arguments: str) -> list[str]:
    """The command line for ``script``, over a readable copy in ``folder``."""
    base = _copy(Path(sys.base_prefix), folder / "python")
    environment = _copy(Path(sys.prefix), folder / "venv")
    python = environment / "bin" / "python"
    if sys.prefix != sys.base_prefix:
        _rehome(environment, base)
    checkout = folder / "checkout"
    checkout.mkdir()
    for name in _OF_THE_CHECKOUT:
        shutil.copytree(CHECKOUT / name, checkout / name, symlinks=True)
    return [str(python), str(checkout / script.relative_to(CHECKOUT)), *arguments]


def run(folder: Path, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``script`` as nobody and wait for it."""
    folder.chmod(0o755)
    return subprocess.run(
        command(folder, script, *arguments),
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd=folder,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(folder / "checkout")},
        capture_output=True,
        text=True,
    )


def _copy(source: Path, target: Path) -> Path:
    links = ["cp", "-al", str(source), str(target)]
    if subprocess.run(links, capture_output=True).returncode:
        shutil.rmtree(target, ignore_errors=True)  # another disk: a real copy then
        subprocess.run(["cp", "-a", str(source), str(target)], check=True)
    return target


def _rehome(environment: Path, base: Path) -> None:
    """Point a copied virtual environment at the copied interpreter.

    The files are replaced, never written to: they may be the original's own by another name.
    """
    settings = environment / "pyvenv.cfg"
    lines = [
        f"home = {base / 'bin'}" if line.startswith("home") else line
        for line in settings.read_text().splitlines()
    ]
    settings.unlink()
    settings.write_text("\n".join(lines) + "\n")
    for name in ("python", "python3"):
        (environment / "bin" / name).unlink(missing_ok=True)
        (environment / "bin" / name).symlink_to(base / "bin" / "python3")
