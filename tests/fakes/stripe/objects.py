"""A merchant's account with its keys, and the request that is under way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from tests.fakes.stripe.errors import invalid

METHODS: Final = ("card", "link", "alipay", "wechat_pay")


@dataclass(slots=True)
class Key:
    """`kind`: sk, rk or pk. An expired or rolled key is refused with words of its own.

    `denied`: what a restricted one may not ask, as a part of "METHOD /path", by the permission.
    """

    secret: str
    kind: str
    live: bool
    expired: bool = False
    denied: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Account:
    """`currency`: that of its bank account, lower case, in which it is paid out."""

    id: str
    name: str
    country: str
    currency: str
    created: int
    keys: list[Key] = field(default_factory=list)
    charges_enabled: bool = True
    payouts_enabled: bool = True
    automatic_payouts: bool = True
    due: list[str] = field(default_factory=list)
    """What its owner is still asked for."""
    currencies: Collection[str] = ()
    """What it may charge; empty: whatever Stripe can."""
    methods: Collection[str] = METHODS
    """The payment methods that its owner switched on."""

    def check(self) -> None:
        """Raises Refused where it may not charge."""
        if not self.charges_enabled:
            raise invalid("Your account cannot currently make live charges.")

    def key(self, kind: str = "sk", *, live: bool = False) -> str:
        """The newest key of a kind that still works."""
        fits = (
            k for k in reversed(self.keys) if (k.kind, k.live, k.expired) == (kind, live, False)
        )
        return next(fits).secret


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's id and key, both None where something happened by itself or in the dashboard."""

    id: str | None = None
    idempotency_key: str | None = None
