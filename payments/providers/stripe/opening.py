"""Opening a Checkout Session that charges exactly what is asked, or none."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from payments.providers.base import CreateRequest, Failure, Outcome
from payments.providers.bill import Item
from payments.providers.errors import ProviderDown, ProviderError, ProviderRejected
from payments.providers.stripe import asked
from payments.providers.stripe.bill import bill_of
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.mapping import Seen, read_session

THERE_ALREADY: Final = "resource_already_exists"


def open_session(api: StripeApi, request: CreateRequest) -> Outcome:
    """A page of Stripe's, or fields of it on ours, with the same key always the same.

    Raises ProviderRejected also where Stripe would charge another amount: nobody is sent there.
    """
    params = asked.session_params(request)
    if discount := bill_of(request).discount:
        _make_coupon(api, request, discount)
    session = api.ask(
        lambda sdk: sdk.v1.checkout.sessions.create(params, {"idempotency_key": request.key}),
        "session",
    )
    told = read_session(session, Seen())
    if told.amount != request.amount:
        _expire(api, session.name("id"), request)
        why = f"Stripe would charge {told.amount}, not {request.amount}"
        raise ProviderRejected(Failure("amount_differs", why))
    return told


def _make_coupon(api: StripeApi, request: CreateRequest, discount: Item) -> None:
    """Once for each session; what goes wrong here has charged nobody."""
    params, key = asked.coupon_params(request, discount), f"{request.key}:coupon"
    try:
        api.ask(lambda sdk: sdk.v1.coupons.create(params, {"idempotency_key": key}), "coupon")
    except ProviderRejected as error:
        if not error.failure.raw.startswith(THERE_ALREADY):
            raise
    except ProviderDown as error:
        if not error.sent:
            raise
        raise ProviderDown(str(error), sent=False) from error


def _expire(api: StripeApi, session: str, request: CreateRequest) -> None:
    """Close what nobody was given the address of: if that fails, it still charges nobody."""
    key = f"{request.key}:expire"
    with suppress(ProviderError):
        api.ask(
            lambda sdk: sdk.v1.checkout.sessions.expire(session, {}, {"idempotency_key": key}),
            "session",
        )
