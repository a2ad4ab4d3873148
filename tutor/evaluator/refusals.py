"""What the sandbox refused, in words: an exception of the system's turned into a sentence.

The kernel says "Operation not permitted" whatever was asked. What was asked can be read from the
path in the message and from the learner's own line; where neither tells, the sentence is general
rather than wrong.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tutor.text.messages import say

_REFUSED = r"\[Errno (1|13|38)\] "
_NOT_PERMITTED = r"\[Errno (1|38)\] "


class _Refusal(NamedTuple):
    """``message`` is searched in the exception's text, ``line`` in the learner's own line."""

    key: str
    message: str
    types: str = ""
    line: str = ""


# The first that matches speaks: from the particular to the general.
_REFUSALS: tuple[_Refusal, ...] = (
    _Refusal("compile", r"torchinductor|torch/_inductor"),
    _Refusal("compile", _REFUSED, r"InductorError|BackendCompilerFailed"),
    _Refusal("compile", _REFUSED, line=r"torch\.compile\("),
    # Only sem_open fails without saying which path: the queues of workers and pools are made of it.
    _Refusal("workers", r"^\[Errno 13\] Permission denied$", "PermissionError"),
    _Refusal("workers", _REFUSED, "PermissionError", r"DataLoader|num_workers|Pool|Executor"),
    _Refusal("shared", r"unable to open shared memory object|'/psm_"),
    _Refusal("shared", _REFUSED, line=r"shared_memory|SharedMemory|memfd|shmget|share_memory_"),
    _Refusal("network_weights", r"no internet connection and the repo could not be found"),
    _Refusal("network_weights", _REFUSED, line=r"\bhub\b|load_state_dict_from_url|weights="),
    _Refusal("network", r"Temporary failure in name resolution|Name or service not known"),
    _Refusal("network", r"", r"URLError|gaierror|DistNetworkError|ConnectError"),
    _Refusal(
        "network",
        _REFUSED,
        line=r"socket|connect|urlopen|urlretrieve|requests|http|download|\blisten\b|\bbind\b",
    ),
    _Refusal(
        "others", _REFUSED, line=r"kill|prlimit|affinity|priority|nice|pidfd|ptrace|pgid|sid\("
    ),
    _Refusal("scratch", r"'/nonexistent|No usable temporary directory"),
    _Refusal("read", r"\[Errno 13\] .*'(?P<path>/(proc|sys|etc|dev)\b[^']*)'"),
    _Refusal(
        "write",
        r"\[Errno (1|13|30|38)\] .*: '(?P<path>[^']+)'",
        line=r"""['"][rb]*[wax][b+t]*['"]|sav(e|etxt)|dump|write|mk|makedirs|touch|unlink|remove|rename|replace"""
        r"|rmtree|rmdir|truncate|chmod|utime|link|copy|move|attr|export",
    ),
    _Refusal("read", r"\[Errno 13\] .*: '(?P<path>[^']+)'"),
    _Refusal("write_somewhere", r"open file failed with strerror: Permission denied"),
    _Refusal("write_somewhere", r"unable to open database file|readonly database"),
    _Refusal(
        "process",
        _NOT_PERMITTED,
        line=r"fork|exec|spawn|subprocess|system|[Pp]open|Process|\.start\(|check_output",
    ),
    _Refusal("limit", r"not allowed to raise maximum limit"),
    _Refusal("system", _NOT_PERMITTED),
    _Refusal("system", r"\[Errno 25\]", line=r"ioctl|tcsetattr"),
)


def explain_refusal(exception_type: str, message: str, source_line: str) -> str | None:
    """Say what the sandbox refused and what to do instead; None when it refused nothing.

    Args:
        exception_type: the exception's class name, without its module.
        message: its text.
        source_line: the learner's own line that raised it, or "".
    """
    for refusal in _REFUSALS:
        if refusal.types and not re.fullmatch(refusal.types, exception_type):
            continue
        if refusal.line and not re.search(refusal.line, source_line):
            continue
        if found := re.search(refusal.message, message):
            return say(f"evaluator_blocked.{refusal.key}", **found.groupdict())
    return None
