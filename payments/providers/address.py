"""Where a provider is spoken to, and whether others could listen. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_overheard(base_url: str, mode: str) -> bool:
    """Whether keys sent there go in clear to another machine, or live ones in clear at all.

    "" is the provider's own address. Plain http is for a stand-in on this machine, in test mode.
    """
    if not base_url:
        return False
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
    except ValueError:
        return True
    if parts.scheme == "https" and host:
        return False
    return not (parts.scheme == "http" and mode == "test" and _is_here(host))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
