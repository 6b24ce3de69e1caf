"""A shop whose cards go through Stripe: its shopper, its staff, its workers, and the wire."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.test import Client
from stripe import WebhookSignature

from demo.models import Product
from orders.clock import now
from orders.money import Money
from payments.models import Attempt, Operation, Payment, ProviderAccount, ProviderObject
from payments.providers.base import ProviderRef
from payments.services.refund import RefundDraft, request_refund
from tests.contract.proxy import Wire
from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.opening import Merchant
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.flows.cast import Books
from tests.shop.cast import check_out, filled_in, put_in_cart, read

VISA: Final = "4242424242424242"
_clerks = itertools.count(1)
HOOK: Final = "http://127.0.0.1:9/hook/"
PAID: Final = Books("confirmed", "paid", captured=6000, stock=9, mails=("confirmation",))
FAILED: Final = Books("open", "failed", stock=9)
IN_FLIGHT: Final = Books("open", "processing", reserved=6000, stock=9)
"""What we say of an order over one of ten teapots."""


@dataclass(frozen=True, slots=True)
class Shop:
    """`wire` lies between us and Stripe; where nothing is wrong, it only passes on."""

    fake: Fake
    merchant: Merchant
    wire: Wire
    account: ProviderAccount
    shopper: Client

    def orders(self, method: str = "stripe/card") -> str:
        """A teapot through the cart and the checkout page; where that leads."""
        put_in_cart(self.shopper, self.product)
        answer = check_out(self.shopper, filled_in(self.shopper, method=method))
        assert answer.status_code in {302, 303}, read(answer).text
        return answer["Location"]

    def chooses(self, method: str = "stripe/card") -> str:
        """A way to pay on the page of the newest payment; where that leads."""
        address = f"/payments/pay/{self.payment.token}/"
        return self.shopper.post(address, {"method": method}).get("Location", "")

    def page(self, path: str = "return/") -> str:
        """The words of a page of the newest payment, where it leads to in the end."""
        address = f"/payments/pay/{self.payment.token}/{path}"
        return read(self.shopper.get(address, follow=True)).text

    def is_sent_to(self) -> str:
        """Where the page that a shopper waits on leads; "" where it stays."""
        address = f"/payments/pay/{self.payment.token}/return/"
        return self.shopper.get(address).get("Location", "")

    def pays(self, number: str = VISA) -> None:
        """On the page at Stripe, which we do not know of yet."""
        self.fake.pay(self.session, number)

    def sells(self, number: str = VISA) -> Attempt:
        """Ordered, paid there, and seen by who came back."""
        self.orders()
        self.pays(number)
        self.page()
        return self.attempt

    def asks_back(self, amount: int = 6000, key: str = "form-1") -> None:
        """Staff press the button; a worker is to send it."""
        money = Money(amount, "GBP")
        draft = RefundDraft(
            payment_id=self.payment.pk, amount=money, request_key=key, note="broken"
        )
        request_refund(draft)

    def staff_read(self) -> str:
        """The page of the newest order, as staff who may see orders."""
        clerk = staff(SEE_ORDERS, name=f"clerk-{next(_clerks)}")
        return read(clerk.get(order_url(self.payment.order))).text

    def takes_key(self, key: str) -> None:
        """Give the account another secret key, as on its page in the admin."""
        secrets = {**self.account.for_provider().secrets, "secret_key": key}
        self.account.set_secrets(secrets)
        self.account.save(update_fields=["sealed_secrets"])

    @property
    def product(self) -> Product:
        return Product.objects.get()

    @property
    def payment(self) -> Payment:
        return Payment.objects.select_related("order").latest("pk")

    @property
    def attempt(self) -> Attempt:
        return Attempt.objects.latest("pk")

    @property
    def refund(self) -> Operation:
        return Operation.objects.filter(kind="refund").latest("pk")

    @property
    def session(self) -> str:
        """Stripe's name for what is paid."""
        return ProviderObject.objects.get(attempt=self.attempt, kind="payment").object_id

    @property
    def ref(self) -> ProviderRef:
        return ProviderRef(self.session)

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """All of a kind in Stripe's own book."""
        with self.fake.lock:
            return [dict(told) for told in self.fake.shelf(self.merchant.id).of(kind)]

    # webhooks

    def letters(self) -> list[tuple[bytes, Mapping[str, str]]]:
        """All that Stripe writes of us, the oldest first, signed now."""
        return [(each.body, each.headers) for each in self.fake.letters(self.merchant.id)]

    def hears(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """What the door says to a request."""
        answer = Client().post(
            f"/payments/hooks/{self.account.hook_token}/",
            body,
            content_type="application/json",
            headers={"Stripe-Signature": headers["Stripe-Signature"]},
        )
        return answer.status_code, answer.content.decode()

    def told(self, told: Mapping[str, Any], secret: str = "", ago: int = 0) -> tuple[int, str]:
        """The same for an event that is signed with that secret, or with ours."""
        body = json.dumps(told)
        return self.hears(body.encode(), signed(body, secret or self.merchant.webhook_secret, ago))


def signed(body: str, secret: str, ago: int = 0) -> dict[str, str]:
    """By the signer of Stripe's own library."""
    at = int(now().timestamp()) - ago
    header = WebhookSignature.generate_signature_header(body, secret, at)
    return {"Stripe-Signature": header}
