"""The settings of payments: one frozen object, read late, checked at start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from orders.conf import read_settings
from orders.money import Money

WEBHOOK_BYTES = 256 * 1024
"""The largest webhook body that is taken."""

RATE_LIMITS = {"pay": "20/m", "status": "120/m"}

OPEN_MINUTES = {"bank_transfer": 7 * 24 * 60}


@dataclass(frozen=True, slots=True)
class PaymentSettings:
    secret_keys: Sequence[str] = ()
    """Fernet keys that seal the secrets of accounts, newest first; old ones still open."""
    live: bool = False
    """Whether accounts in live mode are used at all; False on every staging copy."""
    providers: Mapping[str, str] = field(
        default_factory=lambda: {"sandbox": "payments.providers.sandbox.SandboxProvider"}
    )
    """Provider name -> dotted path of its adapter."""
    base_url: str = "http://127.0.0.1:8000"
    """Where providers send shoppers back to, without a slash at the end."""
    capture: str = "automatic"
    """"automatic": charge when the shopper pays; "manual": let the bank hold the amount where it
    can, and charge it when staff capture it."""
    open_minutes_of: Mapping[str, int] = field(default_factory=lambda: dict(OPEN_MINUTES))
    """Method -> how long an unpaid order is kept once this way to pay was chosen."""
    approve_refunds_above: Mapping[str, str] = field(default_factory=dict)
    """Currency -> amount, such as {"GBP": "250.00"}: more needs the approval of somebody else."""
    approve_resolutions_above: Mapping[str, str] = field(default_factory=dict)
    """The same for what does not agree with the provider's books: {"GBP": "100.00"}."""
    timeout_seconds: float = 8.0
    """How long one call to a provider may take in all, its whole answer included."""
    polls_per_second: float = 25.0
    """How often an account is asked what became of payments or which events it lists.

    Ten seconds of it may come at once."""
    body_days: int = 90
    """How long the bodies of webhooks are kept; that they came is known for ever."""
    rate_limits: Mapping[str, str] | None = field(default_factory=lambda: dict(RATE_LIMITS))
    """Requests per client and page, as "20/m"; None lifts every limit."""

    @property
    def lease(self) -> timedelta:
        """How long an unanswered call belongs to its process before the sweep takes it up.

        Longer than one call takes; where a call overruns it, the same key makes that harmless.
        """
        return timedelta(seconds=self.timeout_seconds + 6)

    def approval_limit(self, currency: str) -> Money | None:
        """What one person may refund of an order in all; None: everything.

        Raises InvalidAmount, which a check of the start finds.
        """
        return _limit(self.approve_refunds_above, currency)

    def resolution_limit(self, currency: str) -> Money | None:
        """How large a discrepancy one person may settle alone; None: any.

        Raises InvalidAmount, which a check of the start finds.
        """
        return _limit(self.approve_resolutions_above, currency)

    def open_for(self, method: str) -> timedelta:
        """How long this way to pay keeps an order beyond what every order gets; zero for most."""
        return timedelta(minutes=self.open_minutes_of.get(method, 0))


def _limit(limits: Mapping[str, str], currency: str) -> Money | None:
    limit = limits.get(currency)
    return None if limit is None else Money.parse(limit, currency)


def payment_settings() -> PaymentSettings:
    return read_settings("PAYMENTS", PaymentSettings)
