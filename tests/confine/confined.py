"""Run a few lines in a child that has the layers on, from a process of its own.

The test process is never forked: it may have threads, and what it holds open would be in the way.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]


class Trial(NamedTuple):
    """``value`` is what the code left in the name ``value``, as JSON."""

    layers: frozenset[str]
    value: Any
    error: str  # type of the exception that came out, or of the layer that could not be put on
    message: str
    status: int  # as os.waitstatus_to_exitcode gives it: negative for a signal
    trace: str  # what the child wrote on its standard error


def run_confined(code: str, **policy: Any) -> Trial:
    """Run ``code`` confined.

    ``policy`` are fields of Policy; the code in ``before`` runs in the child before the layers.
    """
    ask = json.dumps({"code": code, "policy": {"memory_mb": 256, "cpu_seconds": 20, **policy}})
    done = subprocess.run(
        [sys.executable, "-I", __file__, ask], capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    return Trial(frozenset(answer.pop("layers")), **answer, trace=done.stderr)


def _main(ask: dict[str, Any]) -> None:
    import os

    sys.path.insert(0, str(CHECKOUT))
    from tutor.evaluator.confine import policy

    before = ask["policy"].pop("before", "")
    skip = frozenset(ask["policy"].pop("skip", ()))
    prepared = policy.prepare()
    reading, writing = os.pipe()
    names = {"policy": policy, "prepared": prepared, "os": os, "kept": writing}
    zygote = os.getpid()
    child = os.fork()
    if not child:
        answer = {"layers": [], "value": None, "error": "", "message": ""}
        try:
            exec(before, names)
            wanted = policy.Policy(**ask["policy"], skip=skip)
            in_force = policy.confine(prepared, wanted, zygote_pid=zygote, keep=(writing,))
            answer["layers"] = sorted(in_force)
            exec(compile(ask["code"], "trial.py", "exec"), names)
            answer["value"] = names.get("value")
        except BaseException as error:
            if isinstance(error, MemoryError):
                names.clear()
                policy.raise_data_limit()
            answer |= {"error": type(error).__name__, "message": str(error)}
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    told = b"".join(iter(lambda: os.read(reading, 1 << 16), b""))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    answer = json.loads(told or '{"layers": [], "value": null, "error": "", "message": ""}')
    print(json.dumps(answer | {"status": status}))


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
