"""Secrets of provider accounts, sealed with Fernet under the keys of PAYMENTS["secret_keys"]."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from payments.conf import payment_settings
from payments.errors import SecretsUnreadable


def _fernet() -> MultiFernet:
    keys = payment_settings().secret_keys
    if not keys:
        raise SecretsUnreadable('PAYMENTS["secret_keys"] is empty: name at least one Fernet key')
    return MultiFernet([Fernet(key) for key in keys])


def seal(secrets: Mapping[str, str]) -> str:
    return _fernet().encrypt(json.dumps(dict(secrets)).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """The secrets by name; raises SecretsUnreadable where no key opens them."""
    try:
        opened: dict[str, str] = json.loads(_fernet().decrypt(sealed.encode()))
    except InvalidToken:
        raise SecretsUnreadable(
            'no key in PAYMENTS["secret_keys"] opens these secrets: add the one that sealed them'
        ) from None
    return opened
