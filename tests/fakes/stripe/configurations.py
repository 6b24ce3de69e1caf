"""Payment method configurations: which ways to pay an account's owner has switched on."""

from __future__ import annotations

from typing import Final

from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.objects import METHODS
from tests.fakes.stripe.store import Shelf, page

WALLETS: Final = ("apple_pay", "google_pay")


def listed(shelf: Shelf, params: Json) -> Json:
    """The one that every account begins with, as its owner has left it."""
    own = shelf.of("payment_method_configuration") or [_first(shelf)]
    own[0].update(_choices(shelf))
    return {**page(shelf, own, params), "url": "/v1/payment_method_configurations"}


def _first(shelf: Shelf) -> Json:
    told = shelf.new(
        "payment_method_configuration",
        "pmc",
        {
            "active": True,
            "application": None,
            "is_default": True,
            "name": "Default",
            "parent": None,
        },
    )
    del told["created"]  # unlike others, it does not tell
    return shelf.add(told)


def _choices(shelf: Shelf) -> Json:
    cards = "card" in shelf.account.methods
    taken = {each: each in shelf.account.methods for each in METHODS}
    return {each: _choice(on=on) for each, on in (taken | dict.fromkeys(WALLETS, cards)).items()}


def _choice(*, on: bool) -> Json:
    said = "on" if on else "off"
    wish = {"overridable": None, "preference": said, "value": said}
    return {"available": on, "display_preference": wish}
