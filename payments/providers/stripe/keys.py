"""What a key of Stripe's says of itself by how it begins. Pure."""

from __future__ import annotations

from typing import Final

MODES: Final = {"sk_test": "test", "rk_test": "test", "sk_live": "live", "rk_live": "live"}


def mode_of_key(key: str) -> str:
    """By how a secret key begins: "test", "live", or "" where it is none."""
    return MODES.get(key[:7], "")
