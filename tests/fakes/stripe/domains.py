"""Payment method domains: where wallets may be shown in a shop's own pages."""

from __future__ import annotations

import re
from typing import Final

from tests.fakes.stripe.errors import Json, invalid
from tests.fakes.stripe.store import Shelf, having, page

NAME: Final = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]+")
WALLETS: Final = ("amazon_pay", "apple_pay", "google_pay", "klarna", "link", "paypal")
FILTERS: Final = ("domain_name", "enabled")


def create(shelf: Shelf, params: Json) -> Json:
    """A name that is there already is told as it is."""
    name = params["domain_name"].lower()
    if not NAME.fullmatch(name):
        raise invalid(f"{name} is not a valid domain name.", param="domain_name")
    for each in shelf.of("payment_method_domain"):
        if each["domain_name"] == name:
            return each
    told = shelf.new(
        "payment_method_domain",
        "pmd",
        {
            **{wallet: {"status": "inactive"} for wallet in WALLETS},
            "domain_name": name,
            "enabled": params.get("enabled", True),
        },
    )
    _check(told)
    return shelf.add(told)


def _check(told: Json) -> None:
    """Stripe visits the domain; nobody serves Apple's file under a reserved name."""
    reachable = not told["domain_name"].endswith((".invalid", ".example"))
    status = "active" if reachable and told["enabled"] else "inactive"
    told.update({wallet: {"status": status} for wallet in WALLETS})
    if not reachable:
        said = "The domain does not serve the association file."
        told["apple_pay"] = {"status": "inactive", "status_details": {"error_message": said}}


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("payment_method_domain", wanted)


def validate(shelf: Shelf, params: Json, wanted: str) -> Json:
    told = shelf.get("payment_method_domain", wanted)
    _check(told)
    return told


def update(shelf: Shelf, params: Json, wanted: str) -> Json:
    told = shelf.get("payment_method_domain", wanted)
    told["enabled"] = params.get("enabled", told["enabled"])
    _check(told)
    return told


def listed(shelf: Shelf, params: Json) -> Json:
    rows = shelf.of("payment_method_domain")
    told = page(shelf, rows, params, wanted=having(params, FILTERS))
    return {**told, "url": "/v1/payment_method_domains"}
