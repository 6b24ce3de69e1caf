"""Payment intents: created and confirmed by the shop's server, or made for a checkout session."""

from __future__ import annotations

from typing import Any, Final

from tests.fakes.stripe import eligible, metadata, methods
from tests.fakes.stripe.attempts import UNPAID, attempt, touch
from tests.fakes.stripe.captures import unexpected
from tests.fakes.stripe.currencies import check_amount, check_currency
from tests.fakes.stripe.errors import Json, invalid, missing
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.store import Shelf, having, page

PLAIN: Final = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
)
"""Parameters that the object tells as they came, null where they did not."""
CARDLESS: Final = frozenset({"requires_payment_method", "requires_confirmation"})


def new(shelf: Shelf, params: Json, *, kinds: list[str], amount: int, currency: str) -> Json:
    """An intent without a method of payment yet; `amount` in minor units."""
    told = shelf.new("payment_intent", "pi", _fields(params, amount, currency))
    told["client_secret"] = f"{told['id']}_secret_{shelf.world.new_id('x')[2:]}"
    told["payment_method_types"] = kinds
    shelf.add(told, links=["customer"])
    options = (params.get("payment_method_options") or {}).get("card") or {}
    multicapture = options.get("request_multicapture") == "if_available"
    shelf.notes[told["id"]] = {"multicapture": multicapture, "touched": shelf.world.now()}
    _link_metadata(shelf, told)
    announce(shelf, "payment_intent.created", told)
    return told


def _fields(params: Json, amount: int, currency: str) -> Json:
    return {
        **{name: params.get(name) or None for name in PLAIN},
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True}
        | (params.get("automatic_payment_methods") or {}),
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.get("capture_method", "automatic_async"),
        "client_secret": "",
        "confirmation_method": "automatic",
        "currency": currency,
        "customer": params.get("customer"),
        "customer_account": None,
        "excluded_payment_method_types": params.get("excluded_payment_method_types"),
        "last_payment_error": None,
        "latest_charge": None,
        "managed_payments": None,
        "metadata": metadata.merged({}, params.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": eligible.options(params),
        "payment_method_types": [],
        "processing": None,
        "review": None,
        "source": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def _link_metadata(shelf: Shelf, intent: Json) -> None:
    """By each pair of key and value, for search."""
    for name, value in intent["metadata"].items():
        found = shelf.by_metadata.setdefault((name, value), [])
        if intent not in found:
            found.append(intent)


def create(shelf: Shelf, params: Json) -> Json:
    """By the shop's server; with `confirm` the issuer is asked in the same breath."""
    shelf.account.check()
    amount, currency = params["amount"], params["currency"]
    check_currency(currency, param="currency", charged=shelf.charged())
    check_amount(amount, currency, settled=shelf.account.currency, param="amount")
    kinds = eligible.types(
        shelf,
        params,
        currency=currency,
        manual=params.get("capture_method") == "manual",
        saved=params.get("setup_future_usage") == "off_session" or bool(params.get("off_session")),
    )
    if params.get("customer"):
        shelf.get("customer", params["customer"])
    method = None
    if params.get("payment_method"):
        method = _usable(shelf, params["payment_method"], params.get("customer"), kinds=kinds)
    if params.get("confirm"):
        automatic = params.get("automatic_payment_methods") or {}
        _check_return(params.get("return_url"), automatic, kinds)
    elif params.get("off_session"):
        raise invalid("off_session may only be set with confirm=true.", param="off_session")
    intent = new(shelf, params, kinds=kinds, amount=amount, currency=currency)
    if method:
        intent.update(payment_method=method["id"], status="requires_confirmation")
    if params.get("confirm"):
        _confirm(shelf, intent, params)
    return intent


def _usable(shelf: Shelf, wanted: str, customer: str | None, *, kinds: list[str]) -> Json:
    """A payment method that this customer may use; raises Refused."""
    method = methods.find(shelf, wanted)
    if shelf.notes[method["id"]]["detached"]:
        raise invalid(
            "The provided PaymentMethod was previously used or detached; it may not be used again.",
            code="payment_method_unexpected_state",
            param="payment_method",
        )
    if method["customer"] and method["customer"] != customer:
        raise invalid(
            f"The PaymentMethod {wanted} belongs to a Customer. Pass that customer, too.",
            param="payment_method",
        )
    if method["type"] not in kinds:
        said = f"The PaymentMethod's type {method['type']} is not allowed for this PaymentIntent."
        raise invalid(said, code="payment_intent_invalid_parameter", param="payment_method")
    return method


def _use(shelf: Shelf, intent: Json, wanted: str) -> None:
    kinds = intent["payment_method_types"]
    method = _usable(shelf, wanted, intent["customer"], kinds=kinds)
    intent.update(payment_method=method["id"], status="requires_confirmation")


def _check_return(url: str | None, automatic: Json, kinds: list[str]) -> None:
    """Some methods send the shopper away: then it must be known where they come back."""
    may = automatic.get("allow_redirects", "always") != "never"
    if may and not url and eligible.REDIRECTS & set(kinds):
        raise invalid(
            "This PaymentIntent accepts payment methods enabled in the Dashboard, some of which "
            "redirect. Pass a return_url, or allow_redirects=never.",
            param="return_url",
        )


def _confirm(shelf: Shelf, intent: Json, params: Json) -> None:
    if not intent["payment_method"]:
        raise missing("payment_method")
    note = shelf.notes[intent["id"]]
    note["return_url"] = params.get("return_url") or note.get("return_url")
    automatic, kinds = intent["automatic_payment_methods"], intent["payment_method_types"]
    _check_return(note["return_url"], automatic, kinds)
    method = shelf.objects[intent["payment_method"]]
    alone = params.get("off_session") or params.get("error_on_requires_action")
    attempt(shelf, intent, method, off_session=bool(alone))


def confirm(shelf: Shelf, params: Json, wanted: str) -> Json:
    intent = shelf.get("payment_intent", wanted)
    if intent["status"] not in UNPAID:
        raise unexpected(intent, "confirmed", ", ".join(sorted(UNPAID)))
    intent["setup_future_usage"] = params.get("setup_future_usage", intent["setup_future_usage"])
    if params.get("payment_method"):
        _use(shelf, intent, params["payment_method"])
    _confirm(shelf, intent, params)
    return intent


def update(shelf: Shelf, params: Json, wanted: str) -> Json:
    """Metadata and description at any time; the amount only before it is paid."""
    intent = shelf.get("payment_intent", wanted)
    if "amount" in params:
        if intent["status"] not in CARDLESS:
            raise unexpected(intent, "updated", ", ".join(sorted(CARDLESS)))
        check_amount(
            params["amount"], intent["currency"], settled=shelf.account.currency, param="amount"
        )
        intent["amount"] = params["amount"]
    intent.update({name: params[name] or None for name in PLAIN if name in params})
    intent["metadata"] = metadata.merged(intent["metadata"], params.get("metadata", {}))
    _link_metadata(shelf, intent)
    touch(shelf, intent)
    if params.get("payment_method"):
        _use(shelf, intent, params["payment_method"])
    return intent


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("payment_intent", wanted)


def listed(shelf: Shelf, params: Json) -> Json:
    rows = shelf.of("payment_intent")
    if "customer" in params:
        rows = shelf.linked("payment_intent", "customer", params["customer"])
    told = page(shelf, rows, params, wanted=having(params, ("customer",)))
    return {**told, "url": "/v1/payment_intents"}


def for_session(shelf: Shelf, session: Json, params: Any) -> Json:
    """The intent of a checkout session, with what the shop asked of it (`payment_intent_data`)."""
    data = {**params, "customer": session["customer"]}
    intent = new(
        shelf,
        data,
        kinds=session["payment_method_types"],
        amount=session["amount_total"],
        currency=session["currency"],
    )
    shelf.notes[intent["id"]]["session"] = session["id"]
    return intent
