"""A seller with rows: our services at work with an account at a provider."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from django.test import Client

from orders.money import Money
from payments.errors import RefundRefused
from payments.models import Attempt, Payment, ProviderAccount
from payments.providers.base import OurRef, Outcome, RawRequest
from payments.services.ask import ask
from payments.services.inbox import drain_inbox
from payments.services.refund import RefundDraft, request_refund
from tests.config.waiting import until
from tests.contract.cast import Seller, price
from tests.contract.rig import Act, Booked
from tests.payments.flows.cast import a_held_order, begin

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Shop:
    """The seller, the account as the services know it, and its door for webhooks."""

    seller: Seller
    account: ProviderAccount

    def begins(self, amount: Money | None = None, act: Act = Act.APPROVE) -> Attempt:
        """An order on its way through our pages, whose shopper stands at the provider's."""
        method = self.seller.method_where(act)
        amount = amount or price(method)
        order = a_held_order(amount=amount.amount, currency=amount.currency)
        return begin(self.account, method.method, order)

    def is_paid(self, attempt: Attempt, act: Act = Act.APPROVE) -> None:
        """Let the shopper pay, which we do not know of yet."""
        told = self.seller.provider.query(OurRef(attempt.our_ref))
        self.seller.rig.shopper(act, attempt.method, told)
        self.once(attempt, lambda told: told.captured)

    def once(self, attempt: Attempt, holds: Callable[[Outcome], object]) -> None:
        """Wait until the provider says so, without believing it."""
        provider, ref = self.seller.provider, OurRef(attempt.our_ref)
        assert until(lambda: holds(provider.query(ref)), seconds=30)

    def sells(self, amount: Money | None = None) -> Attempt:
        """Let somebody pay, and believe what the provider says of it when we ask."""
        attempt = self.begins(amount)
        self.is_paid(attempt)
        return ask(attempt.pk, source="test")

    def booked(self, attempt: Attempt) -> Booked:
        (only,) = self.seller.rig.book(self.seller.account, attempt.our_ref)
        return only

    def post(self, raw: RawRequest) -> int:
        """Bring a webhook to our door; what the door says."""
        path = f"/payments/hooks/{self.account.hook_token}/"
        names = {*self.seller.rig.signed_by, "user-agent"} & raw.headers.keys()
        answer = Client().post(
            path,
            raw.body,
            content_type=raw.headers["content-type"],
            headers={name: raw.headers[name] for name in names},
        )
        return answer.status_code

    def hears(self, attempt: Attempt) -> None:
        """Take in all that the provider tells of the payment."""
        for raw in self.seller.rig.webhooks(self.seller.account, attempt.our_ref):
            assert self.post(raw) in range(200, 300)
            drain_inbox()


def an_account_row(seller: Seller) -> ProviderAccount:
    """The seller's account as the services know it."""
    account = seller.account
    row = ProviderAccount(
        code=f"{seller.rig.provider}-{next(_numbers)}",
        provider=seller.rig.provider,
        mode=account.mode,
        merchant_id=account.merchant_id,
        base_url=account.base_url,
    )
    row.set_secrets(account.secrets)
    row.save()
    return row


def asked_back(payment: Payment, amount: Money, key: str = "form-1") -> str:
    """Let staff press the button; "asked" or "refused"."""
    try:
        request_refund(
            RefundDraft(payment_id=payment.pk, amount=amount, request_key=key, note="broken")
        )
    except RefundRefused:
        return "refused"
    return "asked"
