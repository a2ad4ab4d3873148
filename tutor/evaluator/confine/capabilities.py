"""Root's privileges, which a learner who works in a container has without knowing.

Without this layer the code of such a learner lifts its own memory limit (CAP_SYS_RESOURCE), and on
kernels without Landlock writes any file. seccomp cannot help: a limit may be moved, only not up.
"""

from __future__ import annotations

import struct

from tutor.evaluator.confine import libc

_VERSION_3 = 0x20080522
_DAC_READ_SEARCH = 1 << 2


def drop() -> None:
    """Give up every capability but the one to walk into folders that belong to somebody else.

    Root may be using an environment in another person's closed home (``sudo``, a mounted volume),
    and goes on importing from it. What may be read there is Landlock's decision, not this one's.

    Raises:
        OSError: the kernel refused.
    """
    header = struct.pack("=Ii", _VERSION_3, 0)  # 0: this process
    # Two sets of three words, for capabilities 0-31 and 32-63; capget and capset share the layout.
    current = bytearray(24)
    libc.capget(header, current)
    permitted = struct.unpack_from("=I", current, 4)[0] & _DAC_READ_SEARCH
    libc.capset(header, struct.pack("=6I", permitted, permitted, 0, 0, 0, 0))
