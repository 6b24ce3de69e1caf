"""A shop's page with Stripe.js, as docs.stripe.com builds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

import stripe
from playwright.sync_api import FrameLocator, Page

from tests.fakes.cast import wanted
from tests.fakes.stripe.fake import Fake
from tests.fakes.stripe.opening import Merchant

PAGE: Final = """
<!doctype html><title>Shop</title><script src="%s/v3/"></script>
<div id="express"></div><div id="payment"></div>
<button id="pay">Pay</button><p id="total"></p><p role="alert"></p>
<script>
  const asked = new URLSearchParams(location.search);
  const said = (result) => document.querySelector("[role=alert]").textContent =
    result.error ? `${result.error.code}: ${result.error.message}` : result.type;
  const begin = async () => {
    const checkout = Stripe("%s").initCheckoutElementsSdk({ clientSecret: asked.get("secret") });
    const payment = checkout.createPaymentElement();
    const express = checkout.createExpressCheckoutElement();
    payment.on("change", (event) => document.body.dataset.complete = event.complete);
    payment.on("loaderror", (event) => document.body.dataset.failed = event.error.code);
    payment.mount("#payment");
    const loaded = await checkout.loadActions();
    if (loaded.type === "error") return said(loaded);
    const { confirm, getSession } = loaded.actions;
    const total = document.querySelector("#total");
    if (!asked.has("hidden")) total.textContent = getSession().total.total.amount;
    const redirect = asked.get("redirect") ?? undefined;
    express.on("confirm", async (event) =>
      said(await confirm({ expressCheckoutConfirmEvent: event })));
    express.mount("#express");
    document.querySelector("#pay").addEventListener("click", () =>
      confirm({ email: "jenny@example.com", redirect }).then(said, (error) =>
        document.querySelector("[role=alert]").textContent = error.name));
  };
  if (asked.has("secret")) begin();
</script>
"""


@dataclass(frozen=True, slots=True)
class Till:
    page: Page
    fake: Fake
    merchant: Merchant
    api: stripe.V1Services
    url: str

    def html(self) -> str:
        return PAGE % (self.fake.url, self.merchant.publishable_key)

    def session(self, **more: Any) -> stripe.checkout.Session:
        """Paid in the shop's own page; only cards, unless `more` says otherwise."""
        asked: Any = {
            **wanted(1500),
            "ui_mode": "elements",
            "return_url": f"{self.url}/thanks?session={{CHECKOUT_SESSION_ID}}",
            "allowed_payment_method_types": ["card"],
            **more,
        }
        del asked["success_url"]
        return self.api.checkout.sessions.create(asked)

    def visit(self, session: stripe.checkout.Session, query: str = "") -> None:
        self.page.goto(f"{self.url}/?secret={session.client_secret}{query}")

    @property
    def payment(self) -> FrameLocator:
        return self.page.frame_locator("#payment iframe")

    @property
    def express(self) -> FrameLocator:
        return self.page.frame_locator("#express iframe")

    def type_card(self, number: str) -> None:
        self.payment.get_by_label("Card number").fill(number)
        self.payment.get_by_label("Expiry").fill("12 / 34")
        self.payment.get_by_label("CVC").fill("123")

    def pay(self, number: str) -> None:
        self.type_card(number)
        self.page.get_by_role("button", name="Pay", exact=True).click()

    def answer(self, choice: str) -> None:
        """The issuer's question in its dialog."""
        dialog = self.page.frame_locator("dialog iframe")
        dialog.get_by_role("button", name=choice).click()

    def status(self, session: stripe.checkout.Session) -> str:
        return cast("str", self.api.checkout.sessions.retrieve(session.id).status)
