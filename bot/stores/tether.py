"""Becomes the server given on the command line, tied to the life of the process that started it.

Run as a script: `python tether.py <starter's pid> <program> <argument>...`, on Linux. The tie is
made here and not between fork and exec of the bot, where running Python code can deadlock.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask the kernel to kill us with our starter, then become the server."""
    # Nothing acknowledged is lost by SIGKILL: the append-only file is written before the reply.
    # A polite signal would leave a dying server for a moment, which the next bot might adopt.
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("The bot was gone before its server started.")
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  (no shell is the point)


if __name__ == "__main__":
    main()
