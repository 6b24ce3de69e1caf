"""What the stand-in tells has every field that Stripe's own fixtures have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.cast import Shop
from tests.fakes.stripe import openapi

SOURCE = openapi.SOURCE
pytestmark = pytest.mark.skipif(not SOURCE.folder, reason=SOURCE.reason)

NOT_TOLD = {
    # told where something was asked for that this stand-in does not do
    "account": {"business_profile", "company", "controller", "external_accounts", "tos_acceptance"},
    "balance": {"connect_reserved"},
    "charge": {"refunds", "source"},
    "customer": {"cash_balance"},
}


def fixture(name: str) -> dict[str, Any]:
    assert SOURCE.folder
    resources = json.loads((SOURCE.folder / "fixtures3.json").read_text("utf-8"))["resources"]
    told: dict[str, Any] = resources[name]
    return told


def everything(shop: Shop) -> dict[str, dict[str, Any]]:
    """One object of each kind, as it is told."""
    shop.listen()
    shop.api.payment_method_domains.create({"domain_name": "shop.test"})
    session = shop.session(customer_creation="always")
    shop.fake.pay(session.id, "4000000000000259")
    shop.paid(amount=9000)
    shop.clock.forward(seconds=5)
    shop.api.refunds.create({"payment_intent": shop.paid().id})
    shop.fake.close_day(shop.merchant.id, early=True)
    paths = (
        "account",
        "balance",
        "checkout/sessions",
        "payment_intents",
        "charges",
        "refunds",
        "disputes",
        "balance_transactions",
        "payouts",
        "events",
        "customers",
        "webhook_endpoints",
        "payment_method_domains",
    )
    told = [shop.raw("GET", f"/v1/{path}").json() for path in paths]
    objects = [each["data"][0] if each["object"] == "list" else each for each in told]
    return {each["object"]: each for each in objects}


def test_every_kind_has_the_fields_of_stripe_s_fixture(shop: Shop) -> None:
    missing = {
        name: sorted(fixture(name).keys() - told.keys() - NOT_TOLD.get(name, set()))
        for name, told in everything(shop).items()
    }
    assert {name: fields for name, fields in missing.items() if fields} == {}
