"""What Stripe says of a payment: a session or an intent, with all that belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from payments.providers.base import Failure, OurRef, Outcome, ProviderRef
from payments.providers.errors import NotFound, ProviderDown, ProviderRejected
from payments.providers.stripe import mapping
from payments.providers.stripe.asked import OUR_REF
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.mapping import Seen
from payments.providers.told import Told

PAGE: Final = 100
PAGES: Final = 50
"""So many are looked through for a payment whose answer was lost."""
SKEW: Final = timedelta(minutes=15)
"""By so much our clock and Stripe's may differ, the time on the way included."""
CHARGE: Final = "latest_charge.refunds"
SESSION: Final = f"payment_intent.{CHARGE}"


class Reader:
    """Questions to Stripe, which change nothing there."""

    def __init__(self, api: StripeApi) -> None:
        self._api = api

    def find(self, ours: OurRef) -> Outcome:
        """By our reference, among all that was made when it was sent; no list there is ever late.

        Raises NotFound where it is not there, and ProviderDown where there is too much to look at.
        """
        for session in self._around(ours, "/v1/checkout/sessions"):
            if session.says("client_reference_id", ours.value):
                return self.read_session(self.session(session.name("id")))
        for intent in self._around(ours, "/v1/payment_intents"):
            if intent.row("metadata").says(OUR_REF, ours.value):
                return self.read_intent(self.intent(intent.name("id")))
        raise NotFound(ours.value)

    def _around(self, ours: OurRef, path: str) -> Iterator[Told]:
        """What was made when a reference was sent, by either clock; the newest first.

        However late the question comes, what was sold since costs it nothing.
        """
        for number, page in enumerate(self._pages(path, "list", **_made(ours.sent_at))):
            if number == PAGES:
                raise ProviderDown(f"too much then to look for {ours.value}", sent=True)
            yield from page

    def _pages(self, path: str, about: str, **of: object) -> Iterator[list[Told]]:
        """What a list of Stripe's holds, page by page."""
        page: dict[str, object] = {"limit": PAGE, **of}
        more = True
        while more:
            told = self._api.ask_list(path, page, about)
            rows, more = told.rows("data"), told.flag("has_more")
            yield rows
            if not rows:
                return
            page = {**page, "starting_after": rows[-1].name("id")}

    def session(self, name: str) -> Told:
        return self._api.ask(
            lambda sdk: sdk.v1.checkout.sessions.retrieve(name, {"expand": [SESSION]}), "session"
        )

    def intent(self, name: str) -> Told:
        return self._api.ask(
            lambda sdk: sdk.v1.payment_intents.retrieve(name, {"expand": [CHARGE]}), "payment"
        )

    def intent_of(self, ref: ProviderRef) -> str:
        """The PaymentIntent behind a session; raises ProviderRejected where nobody has paid yet."""
        if not is_session(ref):
            return ref.value
        session = self._api.ask(lambda sdk: sdk.v1.checkout.sessions.retrieve(ref.value), "session")
        if intent := session.maybe_id("payment_intent"):
            return intent
        raise ProviderRejected(Failure("provider_refused", "not paid"))

    def read_session(self, session: Told) -> Outcome:
        intent = session.maybe_row("payment_intent")
        return mapping.read_session(session, self.seen(intent) if intent else Seen())

    def read_intent(self, intent: Told) -> Outcome:
        return mapping.read_intent(intent, self.seen(intent))

    def seen(self, intent: Told) -> Seen:
        """All refunds of a payment, and its disputes where there is money to dispute.

        Of a charge about which a bank only asks Stripe need not say that it is disputed.
        """
        charge = intent.maybe_row("latest_charge")
        if charge is None:
            return Seen()
        refunds = charge.row("refunds")
        listed, name = refunds.rows("data"), intent.name("id")
        if refunds.flag("has_more"):
            listed = self._all_refunds(name)
        asked = charge.flag("captured") or charge.flag("disputed")
        disputes = self._disputes(name) if asked else ()
        return Seen(listed, disputes)

    def _all_refunds(self, intent: str) -> list[Told]:
        pages = self._pages("/v1/refunds", "refunds", payment_intent=intent)
        return list(chain.from_iterable(pages))

    def _disputes(self, intent: str) -> list[Told]:
        pages = self._pages("/v1/disputes", "disputes", payment_intent=intent)
        return list(chain.from_iterable(pages))


def _made(at: datetime | None) -> dict[str, dict[str, int]]:
    """The filter of a list for what was made about that moment; all where nobody knows it."""
    if at is None:
        return {}
    first, last = at - SKEW, at + SKEW
    return {"created": {"gte": int(first.timestamp()), "lte": int(last.timestamp())}}


def is_session(ref: ProviderRef) -> bool:
    return ref.value.startswith("cs_")
