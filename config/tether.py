"""Runs a command that ends when its parent does: on Linux even after the parent's kill -9.

A script of its own, since preparing a child between fork and exec is unsafe among threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:  # else it died before the kernel was told
        os.execv(command[0], command)  # noqa: S606  # our own command line


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
