"""What a key of Stripe's says of itself by how it begins. Pure."""

from __future__ import annotations

import re
from typing import Final

MODES: Final = {"sk_test": "test", "rk_test": "test", "sk_live": "live", "rk_live": "live"}
SIGNING_START: Final = "whsec_"
"""How the signing secret of an endpoint begins, in either mode."""
WORD: Final = re.compile(r"\w+", re.ASCII)


def mode_of_key(key: str) -> str:
    """By how a secret key begins: "test", "live", or "" where it is none."""
    return MODES.get(key[:7], "")


def publishable_start(mode: str) -> str:
    """How the publishable keys of a mode begin."""
    return f"pk_{mode}_"


def is_publishable(key: str, mode: str) -> bool:
    """Whether it can be a publishable key of the mode, which nobody is asked about."""
    start = publishable_start(mode)
    return key.startswith(start) and bool(WORD.fullmatch(key.removeprefix(start)))


def is_signing(secret: str) -> bool:
    """Whether it can be the signing secret of an endpoint."""
    return secret.startswith(SIGNING_START) and bool(
        WORD.fullmatch(secret.removeprefix(SIGNING_START))
    )
