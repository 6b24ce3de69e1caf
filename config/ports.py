"""Loopback ports: finding free ones, and waiting until something answers there."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable

HOST = "127.0.0.1"
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
        return False


def answers(url: str) -> bool:
    """Whether a GET gets any answer that is not a server error."""
    try:
        with _direct.open(url, timeout=10):
            return True
    except urllib.error.HTTPError as error:
        with error:
            return error.code < 500  # noqa: PLR2004  # a 404 is an answer too
    except (urllib.error.URLError, OSError):
        return False


def wait_until_answers(url: str, *, seconds: float, alive: Callable[[], bool]) -> bool:
    """Poll until the address answers; gives up after so long, or when nobody is left to answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        if answers(url):
            return True
        time.sleep(0.05)
    return False
