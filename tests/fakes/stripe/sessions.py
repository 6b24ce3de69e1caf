"""Checkout sessions as the shop's server sees them: created, asked for, expired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from tests.fakes.stripe import attempts, coupons, eligible, lines, metadata
from tests.fakes.stripe.errors import Json, invalid, missing, not_found
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.store import Shelf, having, limit_of, page

SHORTEST: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=24)
HOSTED: Final = frozenset({"success_url", "cancel_url"})
EMBEDDED: Final = frozenset({"return_url"})
SEARCHED: Final = ("payment_intent", "customer", "status")
PLAIN: Final = (
    "allowed_payment_method_types",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "integration_identifier",
    "locale",
    "origin_context",
    "saved_payment_method_options",
    "submit_type",
    "success_url",
)
"""Parameters that the object tells as they came, null where they did not."""
WHERE_GIVEN: Final = (
    "branding_settings",
    "excluded_payment_method_types",
    "return_url",
)
"""Parameters that the object has only where they came."""
NEVER: Final = (
    "after_expiration",
    "allow_promotion_codes",
    "collected_information",
    "consent",
    "currency_conversion",
    "customer_account",
    "customer_details",
    "invoice",
    "invoice_creation",
    "managed_payments",
    "optional_items",
    "payment_intent",
    "payment_link",
    "permissions",
    "payment_method_collection",
    "payment_method_configuration_details",
    "recovered_from",
    "setup_intent",
    "shipping_address_collection",
    "shipping_cost",
    "subscription",
)


def create(shelf: Shelf, params: Json) -> Json:
    """A page, or the browser's secret, by which a shopper pays the lines' sum."""
    _check(shelf, params)
    items, currency = lines.read(shelf, params)
    coupon = coupons.wanted_by(shelf, params, currency)
    off = lines.lower(items, coupon["amount_off"] if coupon else 0)
    total = lines.check_total(shelf, items, currency)
    told = shelf.new("checkout.session", _prefix(shelf), _fields(shelf, params))
    told.update(amount_subtotal=total + off, amount_total=total, currency=currency)
    told["total_details"]["amount_discount"] = off
    told["discounts"] = [{"coupon": coupon["id"], "promotion_code": None}] if coupon else []
    told["payment_method_types"] = _kinds(shelf, params, currency)
    if told["customer_email"]:
        told["customer_details"] = details_of(told["customer_email"], None)
    _open(shelf, told)
    shelf.add(told, links=["customer"])
    shelf.notes[told["id"]] = {"lines": items, "asked": _intent_data(params)}
    wait = timedelta(seconds=told["expires_at"] - told["created"])
    shelf.world.after(wait, lambda: _run_out(shelf, told))
    return told


def _prefix(shelf: Shelf) -> str:
    return "cs_live" if shelf.live else "cs_test"


def _kinds(shelf: Shelf, params: Json, currency: str) -> list[str]:
    data = params.get("payment_intent_data") or {}
    return eligible.types(
        shelf,
        params,
        currency=currency,
        manual=data.get("capture_method") == "manual",
        saved=data.get("setup_future_usage") == "off_session",
    )


def _intent_data(params: Json) -> Json:
    """What the intent will be made with, once the shopper confirms."""
    options = params.get("payment_method_options") or {}
    return {**(params.get("payment_intent_data") or {}), "payment_method_options": options}


def _open(shelf: Shelf, told: Json) -> None:
    url = shelf.world.url
    if told["ui_mode"] == "hosted_page":
        told["url"] = f"{url}/c/pay/{told['id']}"
    else:
        told["client_secret"] = f"{told['id']}_secret_{shelf.world.new_id('x')[2:]}"


def _fields(shelf: Shelf, params: Json) -> Json:
    chosen = {name: params.get(name) or None for name in PLAIN}
    future = shelf.world.timestamp() + int(LONGEST.total_seconds())
    creation = None if params.get("customer") else params.get("customer_creation", "if_required")
    return {
        **dict.fromkeys(NEVER),
        **chosen,
        **{name: params[name] for name in WHERE_GIVEN if params.get(name)},
        "adaptive_pricing": params.get("adaptive_pricing", {"enabled": False}),
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "client_secret": None,
        "consent_collection": _consents(params),
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer_creation": creation,
        "discounts": [],
        "expires_at": params.get("expires_at", future),
        "metadata": metadata.merged({}, params.get("metadata")),
        "mode": "payment",
        "payment_method_options": eligible.options(params),
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": params.get("ui_mode", "hosted_page"),
        "url": None,
        "wallet_options": params.get("wallet_options"),
    }


def _consents(params: Json) -> Json | None:
    """What was asked for, and null for each consent that was not."""
    names = ["payment_method_reuse_agreement", "promotions", "terms_of_service"]
    asked: Json = params.get("consent_collection") or {}
    return {**dict.fromkeys(names), **asked} if asked else None


def details_of(email: str | None, name: str | None) -> Json:
    """`customer_details`: what is known of the shopper."""
    nowhere = dict.fromkeys(["city", "country", "line1", "line2", "postal_code", "state"])
    return {
        "address": nowhere,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _check(shelf: Shelf, params: Json) -> None:
    """What only this endpoint knows of its parameters; raises Refused."""
    shelf.account.check()
    if "mode" not in params:
        raise missing("mode")
    if params["mode"] != "payment":
        raise invalid("This stand-in has sessions of mode payment only.", param="mode")
    _check_urls(params)
    _check_customer(shelf, params)
    _check_expiry(shelf, params)
    if (params.get("automatic_tax") or {}).get("enabled"):
        said = "You must have a valid head office address to enable automatic tax calculation."
        raise invalid(said, param="automatic_tax")


def _check_urls(params: Json) -> None:
    """Each ui_mode has its own addresses, and none of the other's."""
    hosted = params.get("ui_mode", "hosted_page") == "hosted_page"
    needed, refused = ("success_url", EMBEDDED) if hosted else ("return_url", HOSTED)
    for name in refused & params.keys():
        said = f"You can not pass `{name}` in `ui_mode: {params.get('ui_mode', 'hosted_page')}`."
        raise invalid(said, param=name)
    if needed not in params:
        raise missing(needed)
    for name in (HOSTED | EMBEDDED) & params.keys():
        parts = urlsplit(params[name])
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise invalid("Not a valid URL", code="url_invalid", param=name)


def _check_customer(shelf: Shelf, params: Json) -> None:
    if "customer" not in params:
        return
    shelf.get("customer", params["customer"])
    for name in ("customer_email", "customer_creation"):
        if name in params:
            said = f"You may only specify one of these parameters: customer, {name}."
            raise invalid(said, param=name)


def _check_expiry(shelf: Shelf, params: Json) -> None:
    if "expires_at" not in params:
        return
    lives = timedelta(seconds=params["expires_at"] - shelf.world.timestamp())
    if lives < SHORTEST:
        said = "must be at least 30 minutes from Checkout Session creation."
        raise invalid(f"The `expires_at` timestamp {said}", param="expires_at")
    if lives > LONGEST:
        said = "must be less than 24 hours from Checkout Session creation."
        raise invalid(f"The `expires_at` timestamp {said}", param="expires_at")


def _run_out(shelf: Shelf, told: Json) -> None:
    """Nobody paid in time. Nothing changes where somebody did."""
    if told["status"] == "open":
        close(shelf, told)


def close(shelf: Shelf, told: Json) -> None:
    """Expired: its page is gone, and its intent, if the shopper tried, is canceled."""
    told.update(status="expired", url=None, client_secret=None)
    intent = shelf.objects.get(told["payment_intent"] or "")
    if intent is not None and intent["status"] in attempts.UNPAID:
        attempts.close(shelf, intent, "expired")
    announce(shelf, "checkout.session.expired", told)


def expire(shelf: Shelf, params: Json, wanted: str) -> Json:
    told = shelf.get("checkout.session", wanted)
    if told["status"] != "open":
        raise invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{told['status']}`.",
            param="session",
        )
    close(shelf, told)
    return told


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("checkout.session", wanted)


def update(shelf: Shelf, params: Json, wanted: str) -> Json:
    """Metadata, as long as it is kept."""
    told = shelf.get("checkout.session", wanted)
    told["metadata"] = metadata.merged(told["metadata"], params.get("metadata", {}))
    return told


def listed(shelf: Shelf, params: Json) -> Json:
    rows = shelf.of("checkout.session")
    if "payment_intent" in params:
        rows = shelf.linked("checkout.session", "payment_intent", params["payment_intent"])
    told = page(shelf, rows, params, wanted=having(params, SEARCHED))
    return {**told, "url": "/v1/checkout/sessions"}


def items(shelf: Shelf, params: Json, wanted: str) -> Json:
    """The lines in their order; they are no objects of their own, so the cursor is a place."""
    told = shelf.get("checkout.session", wanted)
    rows: list[Any] = shelf.notes[told["id"]]["lines"]
    after, limit = params.get("starting_after"), limit_of(params)
    ids = [None, *(row["id"] for row in rows)]
    if after not in ids:
        raise not_found("item", str(after), param="starting_after")
    start = ids.index(after)
    return {
        "object": "list",
        "data": rows[start : start + limit],
        "has_more": len(rows) > start + limit,
        "url": f"/v1/checkout/sessions/{wanted}/line_items",
    }
