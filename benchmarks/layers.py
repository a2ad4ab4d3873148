"""Which layer of the sandbox stops what: the hostile suite again, with each layer left out in turn.

    python -m benchmarks layers            all of them, about a quarter of an hour; it takes root

Each run is in a throw-away place (_disposable.py). What is told of a layer is what changes when it
alone is missing: programs that then do harm, run through, or end otherwise than they must; and what
can then be seen of a child from outside. The other layers are in force all the while, so a layer
that has a second one behind it shows less than it stops.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import _disposable

CHECKOUT = Path(__file__).resolve().parents[1]
_HOSTILE = CHECKOUT / "tests" / "hostile"
MOST = 40  # names told of one kind
_SILENCE_SECONDS = 150  # a suite that says nothing for so long has been stopped from inside

# What is not run without a layer, and why.
_NEVER = {
    "seccomp": {
        "every-other-system-call": "forks without end, and then calls whatever is left",
        "stops-itself": "without a parent that wakes it, it stands for ever",
    },
    "limits": {
        "small-lists-without-end-in-a-call": "takes minutes to fill four gigabytes",
        "tensors-without-end-in-a-call": "fills four gigabytes three times over",
        "expression-of-ten-million-signs": "takes minutes to fill four gigabytes",
        "grows-a-file-by-a-hole": "a file of a terabyte, if only on paper",
    },
}


class Change(NamedTuple):
    """A program that ends otherwise than it must, and how."""

    name: str
    how: tuple[str, ...]

    @property
    def kind(self) -> str:
        """unrun: the sandbox could not be made; harm: something planted was touched; and so on."""
        words = " ".join(self.how)
        if "outcome internal" in words:
            return "unrun"
        if any(word in words for word in ("changed", "reached", "killed", "stopped", "tells")):
            return "harm"
        if any(word in words for word in ("hangs", "left", "ended the experiment")):
            return "harm"
        return "through" if "outcome passed" in words else "other"


@dataclass
class Without:
    """What one layer's absence has changed."""

    layer: str
    changes: list[Change] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    refused: str = ""  # nothing ran at all, and why


class Place:
    """A readable copy for nobody, and the command that runs the suite there."""

    def __init__(self) -> None:
        sys.path.insert(0, str(_HOSTILE))
        import ordinary

        self.folder = Path(tempfile.mkdtemp(prefix="tutor-layers-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self._command = ordinary.command(self.folder, _HOSTILE / "suite.py")

    def start(self, *arguments: str, user: int = _disposable.NOBODY) -> subprocess.Popen[str]:
        """Start the suite in a place of its own."""
        return subprocess.Popen(
            _disposable.enter([*self._command, *arguments], user),
            cwd=CHECKOUT,
            env={
                "PATH": os.defpath,
                "LANG": "C.UTF-8",
                "PYTHONPATH": str(self.folder / "checkout"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def close(self) -> None:
        """Delete the copy."""
        shutil.rmtree(self.folder, ignore_errors=True)


def lines(process: subprocess.Popen[str]) -> Generator[dict[str, Any], None, None]:
    """What the suite tells, until it ends or falls silent; either way it is over then."""
    told: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            told.put(line)
        told.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        while True:
            line = told.get(timeout=_SILENCE_SECONDS)
            if line is None:
                return
            if line.startswith("{"):
                yield json.loads(line)
    except queue.Empty:
        return
    finally:
        process.kill()  # `unshare`; its child, number 1 in there, goes with it
        process.wait()


def without(place: Place, layer: str, names: list[str]) -> Without:
    """Run everything without ``layer`` ("" leaves none out).

    After each program that ends otherwise than it must, the rest is run in a fresh place: what it
    has left behind, a thousand processes for one, must not be laid at the next one's door.
    """
    found = Without(layer)
    skip = ["--skip", layer] if layer else []
    rest = [name for name in names if name not in _NEVER.get(layer, {})]
    everything = len(rest)
    while rest:
        before = len(rest)
        process = place.start(*skip, "--only", *rest)
        with closing(lines(process)) as results:
            for told in results:
                rest.remove(told["name"])
                if told["wrong"]:
                    found.changes.append(Change(told["name"], tuple(told["wrong"])))
                    break
            else:
                if rest and len(rest) == before == everything:
                    assert process.stderr is not None
                    found.refused = (process.stderr.read().strip().splitlines() or ["?"])[-1]
                    return found
                if rest:
                    found.changes.append(Change(rest.pop(0), ("ended the experiment",)))
    # Privileges are root's: only there can be seen who takes them away.
    user = 0 if layer == "capabilities" else _disposable.NOBODY
    for told in lines(place.start(*skip, "--facts", user=user)):
        found.facts = [name for name, holds in told.items() if not holds]
    return found


def show(found: Without) -> None:
    """One layer's part of the table."""
    print(f"\n{'without ' + found.layer if found.layer else 'with every layer'}")
    if found.refused:
        print(f"  nothing runs: {found.refused}")
        return
    titles = {
        "unrun": "cannot be run at all",
        "harm": "do harm",
        "through": "run through",
        "other": "end otherwise",
    }
    for kind, title in titles.items():
        chosen = [change for change in found.changes if change.kind == kind]
        if chosen:
            names = sorted(c.name for c in chosen)
            more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
            print(f"  {len(names):3} {title}: {', '.join(names[:MOST])}{more}")
            if os.environ.get("BENCH_WHY"):
                for change in chosen:
                    print(f"        {change.name}: {'; '.join(change.how)[:200]}")
    for fact in found.facts:
        print(f"      no longer true: {fact}")
    for name, why in _NEVER.get(found.layer, {}).items():
        print(f"      not tried: {name} ({why})")
    if not found.changes and not found.facts:
        print("      nothing: what it stops, another layer stops as well")


def main() -> None:
    """Print the table."""
    if os.geteuid() != 0:
        sys.exit("this takes root: it makes throw-away places to be harmed in")
    place = Place()
    try:
        from programs import load

        from tutor.evaluator.confine.policy import LAYERS

        names = [program.name for program in load()]
        whole = without(place, "", names)
        show(whole)
        chosen = os.environ.get("BENCH_LAYERS", ",".join(LAYERS)).split(",")
        for layer in chosen:
            found = without(place, layer, names)
            # What ends otherwise in such a place with every layer says nothing of this one.
            found.changes = [change for change in found.changes if change not in whole.changes]
            show(found)
            sys.stdout.flush()
    finally:
        place.close()


if __name__ == "__main__":
    main()
