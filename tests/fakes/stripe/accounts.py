"""The account as it is told to itself."""

from __future__ import annotations

from tests.fakes.stripe.errors import Json, Refused
from tests.fakes.stripe.store import Shelf


def retrieve(shelf: Shelf, params: Json, wanted: str = "") -> Json:
    """Raises Refused (403) where another account is asked for."""
    account = shelf.account
    if wanted not in {"", account.id}:
        said = f"The provided key does not have access to account '{wanted}'."
        raise Refused(403, said, error={"code": "account_invalid"})
    requirements: Json = {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(account.due),
        "disabled_reason": None if account.charges_enabled else "rejected.other",
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }
    return {
        "id": account.id,
        "object": "account",
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": account.charges_enabled,
        "country": account.country,
        "created": account.created,
        "default_currency": account.currency,
        "details_submitted": True,
        "email": "owner@example.com",
        "future_requirements": requirements,
        "metadata": {},
        "payouts_enabled": account.payouts_enabled,
        "requirements": requirements,
        "settings": _settings(account.name),
        "type": "standard",
    }


def _settings(name: str) -> Json:
    """Paid out each day what is two days old."""
    return {
        "branding": dict.fromkeys(["icon", "logo", "primary_color", "secondary_color"]),
        "card_payments": {
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": name, "timezone": "Etc/UTC"},
        "payments": dict.fromkeys(
            [
                "statement_descriptor",
                "statement_descriptor_kana",
                "statement_descriptor_kanji",
            ]
        ),
        "payouts": {
            "debit_negative_balances": True,
            "schedule": {"delay_days": 2, "interval": "daily"},
            "statement_descriptor": None,
        },
    }
