"""Begin a worker: tied to the life of whoever started it, and without a network where that goes.

`python -I -S alone.py PACKAGES MODULE …` runs the file MODULE with PACKAGES on the path.
"""

from __future__ import annotations

import ctypes
import os
import sys

_DEATH_SIGNAL, _KILL = 1, 9
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000


def alone() -> None:
    """Leave the network, and ask the kernel to end this process with its parent."""
    library = ctypes.CDLL(None)
    # Whoever is not root needs a name space of users of its own first; refused means no more
    # than that proxies which lead nowhere have to do.
    library.unshare(_NEW_NETWORK if os.geteuid() == 0 else _NEW_NETWORK | _NEW_USER)
    library.prctl(_DEATH_SIGNAL, _KILL)


if __name__ == "__main__":
    if sys.platform == "linux":
        alone()
    sys.path.append(sys.argv[1])
    sys.argv = sys.argv[2:]
    with open(sys.argv[0], encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs a start
        exec(compile(file.read(), sys.argv[0], "exec"), {"__name__": "__main__"})
