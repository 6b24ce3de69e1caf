"""Sending again what an error of Stripe's own has ended, by the next key of a fixed chain.

Only for what cannot be done twice there: see docs/decisions/0025.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from payments.providers.stripe.http import KeyBurnt
from payments.providers.told import Told

logger = logging.getLogger("till.payments")
KEYS: Final = 5
"""So many keys one act has, its stored one included."""


def by_next_key(key: str, send: Callable[[str], Told], find: Callable[[], Told | None]) -> Told:
    """What Stripe answers to `send` by the first key that no error of its own has burnt.

    `find` looks, after each that has, for what was to be done; None where it was not. Nothing is
    remembered here: Stripe tells of each burnt key anew. Raises ProviderError.
    """
    for number in range(1, KEYS):
        try:
            return send(_key(key, number))
        except KeyBurnt as error:
            if (found := find()) is not None:
                return found
            logger.warning("%s: key %d of %d is burnt, and nothing done", error, number, KEYS)
    return send(_key(key, KEYS))


def _key(stored: str, number: int) -> str:
    return stored if number == 1 else f"{stored}:{number}"
