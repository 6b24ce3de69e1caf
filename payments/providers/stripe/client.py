"""Stripe's API for one account: plain JSON out, and errors as the provider seam names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

import stripe

from payments.providers.base import Account, Failure
from payments.providers.errors import (
    BadAnswer,
    NotFound,
    OtherMode,
    ProviderDown,
    ProviderError,
    ProviderRejected,
)
from payments.providers.stripe.declines import failure
from payments.providers.stripe.http import reason_in, stripe_client
from payments.providers.stripe.keys import mode_of_key
from payments.providers.told import Told

REFUSALS: Final = {
    "amount_too_small": "amount_refused",
    "amount_too_large": "amount_refused",
    "charge_already_refunded": "amount_too_large",
    "charge_disputed": "disputed",
    "payment_method_unexpected_state": "saved_card_gone",
}
"""Our word for what Stripe refuses, where it is more than a refusal."""
CHARGED: Final = {"currency": "amount_refused"}
"""The same by what it is about, where Stripe has no word for it."""
KEPT: Final = frozenset({"customer", "payment_method"})
"""What a kept card is named by."""
CURSOR: Final = "ending_before"
"""What an event is named by, after which others are asked for."""
NOT_FOUND: Final = 404


class AuthenticationNeeded(ProviderRejected):
    """The bank of a kept card wants its owner to say yes; `intent` is the payment that waits."""

    def __init__(self, why: Failure, intent: str) -> None:
        super().__init__(why)
        self.intent = intent


class Answered(Protocol):
    """An object of the SDK."""

    @property
    def last_response(self) -> stripe.StripeResponse | None: ...


class StripeApi:
    """What the SDK is called through, so that each answer and each error is read in one place."""

    def __init__(self, account: Account, *, timeout: float) -> None:
        key = account.secrets["secret_key"]
        self.sdk = stripe_client(key, account.base_url, timeout)
        self._misfit = mode_of_key(key) not in {"", account.mode}

    def ask(self, call: Callable[[stripe.StripeClient], Answered], about: str) -> Told:
        """What Stripe answers to one call; raises ProviderError. `about` names it in errors.

        A key of the other mode is not even tried: what it began would be another mode's payment.
        """
        return Told(self._response(lambda: call(self.sdk).last_response, about).data, about)

    def ask_list(self, path: str, page: Mapping[str, object], about: str) -> Told:
        """A page of the list at `path`, as plain JSON at once; raises ProviderError.

        The SDK's own lists make an object of each row and of all within, ten times the work.
        """
        return Told(
            self._response(lambda: self.sdk.raw_request("get", path, **page), about).data, about
        )

    def ask_dated(
        self, call: Callable[[stripe.StripeClient], Answered], about: str
    ) -> tuple[Told, datetime]:
        """The same, and what time it was there."""
        response = self._response(lambda: call(self.sdk).last_response, about)
        return Told(response.data, about), _date(response.headers.get("date", ""))

    def _response(
        self, send: Callable[[], stripe.StripeResponse | None], about: str
    ) -> stripe.StripeResponse:
        if self._misfit:
            raise OtherMode(f"{about}: the secret key is of the other mode")
        try:
            response = send()
        except stripe.StripeError as error:
            raise _problem(error, about) from None  # its text may quote what we have sent
        if response is None:
            raise BadAnswer(f"{about}: nothing was answered")
        return response


def _date(header: str) -> datetime:
    """The moment of a header of HTTP; raises BadAnswer where it is none."""
    try:
        at = parsedate_to_datetime(header)
    except ValueError as error:
        raise BadAnswer("no date") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _problem(error: stripe.StripeError, about: str) -> ProviderError:
    """What a refusal proves. Whatever is not Stripe's clear word leaves the request open."""
    raw = error.code or ""
    told = _details(error)
    if isinstance(error, stripe.CardError):
        return _decline(told, raw)
    if isinstance(error, stripe.InvalidRequestError):
        return _refusal(error, raw, about)
    why = reason_in(error.json_body)
    return ProviderDown(f"{about}: answered {error.http_status} {why}"[:80], sent=True)


def _decline(told: Told | None, raw: str) -> ProviderRejected:
    why = failure(told) if told else Failure("declined", raw)
    intent = told.maybe_row("payment_intent") if told else None
    if intent and why.raw == "authentication_required":
        return AuthenticationNeeded(why, intent.name("id"))
    return ProviderRejected(why)


def _refusal(error: stripe.InvalidRequestError, raw: str, about: str) -> ProviderError:
    if raw == "resource_missing" and error.param == CURSOR:
        return NotFound(about)
    if raw == "resource_missing" and error.param in KEPT:
        return ProviderRejected(Failure("saved_card_gone", raw))
    if error.http_status == NOT_FOUND:
        known = raw == "resource_missing"
        return NotFound(about) if known else ProviderDown(f"{about}: answered 404", sent=True)
    named = ":".join(part for part in (raw, error.param) if part) or reason_in(error.json_body)
    code = REFUSALS.get(raw) or CHARGED.get(_last(error.param or ""), "provider_refused")
    return ProviderRejected(Failure(code, named[:80]))


def _last(param: str) -> str:
    """The innermost name of a parameter: "line_items[0][price_data][currency]" is a currency."""
    return param.rstrip("]").rpartition("[")[2]


def _details(error: stripe.StripeError) -> Told | None:
    """The error's own JSON, where it is one."""
    body = error.json_body if isinstance(error.json_body, dict) else {}
    inner = body.get("error")
    return Told(inner, "error") if isinstance(inner, dict) else None
