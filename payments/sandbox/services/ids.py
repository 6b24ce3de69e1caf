"""Names that the bank gives to its objects: random, so that none can be guessed or counted."""

import hashlib
import secrets


def new_id(prefix: str) -> str:
    """Make a public id such as pay_3f…, 96 random bits."""
    return f"{prefix}_{secrets.token_hex(12)}"


def new_secret(prefix: str) -> str:
    """Make an API key or signing secret, 256 random bits."""
    return f"{prefix}_{secrets.token_hex(32)}"


def hashed(key: str) -> str:
    """How an API key is stored: a plain hash is enough for 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()
