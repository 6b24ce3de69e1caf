"""The choices of every page, and the table of all tokens."""

from django.utils.translation import gettext_lazy as _

from payments.sandbox.cards import CARDS, TROUBLESOME_CARDS
from payments.sandbox.instruments import Instrument
from payments.sandbox.scenarios import SCENARIOS

_APPROVE, _SLOW = SCENARIOS["approve"], SCENARIOS["slow"]
WALLETS = (
    Instrument("wal_approve", "wallet", _("Balance"), "", _("approves"), _APPROVE),
    Instrument("wal_slow", "wallet", _("Savings pot"), "", _("approves after a while"), _SLOW),
    Instrument(
        "wal_decline", "wallet", _("Empty balance"), "", _("declined"), SCENARIOS["decline_wallet"]
    ),
)
SCANS = (
    Instrument("qr_approve", "qr", _("Pay now"), "", _("approves"), _APPROVE),
    Instrument("qr_approve_late", "qr", _("Pay later"), "", _("approves after a while"), _SLOW),
    Instrument("qr_decline", "qr", _("Decline"), "", _("declined"), SCENARIOS["decline_generic"]),
)
ACCOUNTS = (
    Instrument(
        "deb_approve",
        "bank_debit",
        _("Current account"),
        "0417",
        _("pays in a few minutes"),
        SCENARIOS["debit"],
    ),
    Instrument(
        "deb_return",
        "bank_debit",
        _("Closed account"),
        "0999",
        _("sent back in a few minutes"),
        SCENARIOS["debit_returned"],
    ),
)
BY_TOKEN = {
    choice.token: choice for choice in (*CARDS, *TROUBLESOME_CARDS, *WALLETS, *SCANS, *ACCOUNTS)
}


def choice_of(method: str, token: str) -> Instrument | None:
    """Find what a page of that method offers under a token."""
    choice = BY_TOKEN.get(token)
    return choice if choice is not None and choice.method == method else None
