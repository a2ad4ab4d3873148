"""Which files a learner's process may read: the interpreter and its libraries, and nothing of ours.

The course with its solutions, this package with its texts, and the checkout around them stay out.
In a wheel they lie inside site-packages, and a virtual environment may lie inside the checkout; so
a folder that holds something hidden is opened entry by entry, down to the hidden one.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from tutor.evaluator.confine.landlock import READ, READ_WRITE_DEVICE, Access, Rule

_PACKAGE = Path(__file__).resolve().parents[2]
_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
# What the C library reads by itself: where libraries are, and time zones.
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_DEVICES = ("/dev/zero", "/dev/urandom", "/dev/random")


def rules() -> tuple[Rule, ...]:
    """What Landlock is told, for this interpreter as it runs."""
    hidden = hidden_folders()
    found = [Rule(path, READ) for root in _roots(hidden) for path in _around(root, hidden)]
    found += [Rule(path, READ) for path in _SYSTEM_FILES]
    found += [Rule(path, Access.READ_FILE) for path in _DEVICES]
    found.append(Rule("/dev/null", READ_WRITE_DEVICE))
    return tuple(dict.fromkeys(found))


def hidden_folders(package: Path = _PACKAGE) -> tuple[Path, ...]:
    """The package, and the checkout when the package is run from one."""
    checkout = package.parent
    return (checkout,) if (checkout / "lessons").is_dir() else (package,)


def remember_imports() -> None:
    """Let the import system list its folders now; a folder opened entry by entry cannot be listed.

    Import finders and package metadata keep what they saw until the folder changes.
    """
    for finder in sys.path_importer_cache.values():
        if finder is not None:
            finder.find_spec("a_name_that_no_module_has")
    with suppress(importlib.metadata.PackageNotFoundError):
        importlib.metadata.distribution("a-name-that-no-package-has")


def _roots(hidden: tuple[Path, ...]) -> Iterator[Path]:
    """Folders of the interpreter, each resolved and once."""
    prefixes = {Path(sys.prefix), Path(sys.base_prefix)}
    own = [prefix / name for prefix in prefixes for name in ("lib", "lib64")]
    own += [
        Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")
    ]
    # Further entries come from .pth files: packages that are installed where they are developed.
    # Ours may be one of them, in this checkout or another, and, by a slip, somebody's whole home.
    home = Path.home()
    others = [
        path
        for path in (Path(entry).resolve() for entry in sys.path if entry)
        if not home.is_relative_to(path)
        and not any(path.is_relative_to(h) for h in hidden)
        and not (path / "lessons").is_dir()
    ]
    folders = dict.fromkeys(
        path.resolve() for path in (*own, *others, *map(Path, _SYSTEM_LIBRARIES)) if path.exists()
    )
    for folder in folders:
        inside_another = any(folder != root and folder.is_relative_to(root) for root in folders)
        if not inside_another:
            yield folder


def _around(root: Path, hidden: Iterable[Path]) -> Iterator[str]:
    """``root`` itself, or its entries where something hidden lies within."""
    if root in hidden:
        return
    if not any(folder.is_relative_to(root) for folder in hidden):
        yield os.fspath(root)
        return
    for entry in sorted(root.iterdir()):
        if entry.is_symlink():
            continue  # its target stands on its own, or is not ours to open
        yield from _around(entry, hidden)
