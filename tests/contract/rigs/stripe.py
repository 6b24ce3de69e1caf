"""The rig of Stripe: a stand-in that speaks its wire and checks every request against its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from stripe import WebhookSignature

from orders.clock import now
from orders.money import Money
from payments.providers.actions import Redirect
from payments.providers.base import Account, Outcome, RawRequest
from tests.contract.proxy import Wire
from tests.contract.rig import Act, Booked, Fact
from tests.fakes.stripe.fake import Fake

FACTS: Final = {
    "payment_intent.processing": Fact.PROCESSING,
    "payment_intent.payment_failed": Fact.FAILED,
    "payment_intent.succeeded": Fact.CAPTURED,
    "charge.refunded": Fact.REFUNDED,
}
DECLINED: Final = "4000000000000002"
LAPSED, RUN_OUT = timedelta(days=8), timedelta(hours=25)
SLOWLY: Final = timedelta(milliseconds=300)
GONE: Final = frozenset({"failed", "canceled"})


class StripeRig:
    """Speaks Stripe's API of the version that the adapter is written for."""

    provider = "stripe"
    signed_by: Collection[str] = ("stripe-signature",)
    currencies: Mapping[str, Collection[str]] = {
        "alipay": ("CNY", "GBP"),
        "wechat_pay": ("CNY", "GBP"),
    }
    secret: Collection[str] = (DECLINED,)

    def __init__(self, _folder: Path) -> None:
        self._ahead = timedelta()
        self.fake = Fake(lambda: now() + self._ahead, deliver=False).start()
        self.wire = Wire(self.fake.url)
        self._expired: dict[str, str] = {}

    def open_account(self) -> Account:
        merchant = self.fake.open_account(webhook_url="http://127.0.0.1:9/hook/")
        key = self.fake.roll_key(merchant.key)
        self._expired[merchant.id] = merchant.key
        secrets = {
            "secret_key": key,
            "publishable_key": merchant.publishable_key,
            "webhook_secret": merchant.webhook_secret,
        }
        return Account("stripe", "test", merchant.id, self.wire.url, secrets)

    def with_expired_key(self, account: Account) -> Account:
        expired = self._expired[account.merchant_id]
        return replace(account, secrets={**account.secrets, "secret_key": expired})

    def acts(self, method: str) -> Collection[Act]:
        everywhere = {Act.APPROVE, Act.APPROVE_SLOWLY, Act.DECLINE}
        disputed = {Act.DISPUTE, Act.DISPUTE_IN_VAIN, Act.DISPUTE_AND_GET}
        if method == "card":
            return (everywhere - {Act.APPROVE_SLOWLY}) | disputed | {Act.LET_LAPSE}
        return everywhere

    def shopper(self, act: Act, method: str, created: Outcome) -> None:
        assert isinstance(created.next_action, Redirect)
        (session,) = (seen.id for seen in created.objects if seen.kind == "payment")
        number = DECLINED if act == Act.DECLINE else "4242424242424242"
        self.fake.pay(session, number, pay_with=method)
        if method != "card":
            after = SLOWLY if act == Act.APPROVE_SLOWLY else timedelta()
            self.fake.answer(self._intent(session), agreed=act != Act.DECLINE, after=after)
        self._afterwards(act, session)

    def _afterwards(self, act: Act, session: str) -> None:
        match act:
            case Act.DECLINE:  # and gives up: the page ends by itself
                self._after(RUN_OUT)
            case Act.LET_LAPSE:
                self._after(LAPSED)
            case Act.DISPUTE:
                self.fake.dispute(self._intent(session))
            case Act.DISPUTE_IN_VAIN | Act.DISPUTE_AND_GET:
                dispute = self.fake.dispute(self._intent(session))
                self.fake.decide(dispute["id"], won=act == Act.DISPUTE_IN_VAIN)
            case _:
                pass

    def _after(self, time: timedelta) -> None:
        """Let happen what happens until then."""
        self._ahead = time
        self.fake.catch_up()
        self._ahead = timedelta()

    def _intent(self, session: str) -> str:
        return str(self.fake.told(session)["payment_intent"])

    def book(self, account: Account, our_ref: str) -> list[Booked]:
        return [self._booked(account, each) for each in self._payments(account, our_ref)]

    def _payments(self, account: Account, our_ref: str) -> list[dict[str, Any]]:
        """Sessions of that reference, and intents that have none."""
        with self.fake.lock:
            objects = list(self.fake.shelf(account.merchant_id).objects.values())
        ours = [each for each in objects if (each.get("metadata") or {}).get("our_ref") == our_ref]
        sessions = [each for each in ours if each["object"] == "checkout.session"]
        intents = [each for each in ours if each["object"] == "payment_intent"]
        of_sessions = {each["payment_intent"] for each in sessions}
        return sessions + [each for each in intents if each["id"] not in of_sessions]

    def _booked(self, account: Account, payment: dict[str, Any]) -> Booked:
        session = payment if payment["object"] == "checkout.session" else {}
        name = session.get("payment_intent") if session else payment["id"]
        intent = self.fake.told(name) if name else {}
        currency = payment["currency"].upper()
        back = [each for each in self._refunds(account, name) if each["status"] not in GONE]

        def money(amount: int) -> Money:
            return Money(amount, currency)

        return Booked(
            asked=money(session["amount_total"] if session else payment["amount"]),
            held=money(intent.get("amount_capturable", 0)),
            captured=money(intent.get("amount_received", 0)),
            refunded=money(sum(each["amount"] for each in back)),
            refunds=len(back),
            can_be_paid=session.get("status") == "open",
        )

    def _refunds(self, account: Account, intent: str | None) -> list[dict[str, Any]]:
        """Those that somebody asked for: what only lets go of a hold has no transaction."""
        with self.fake.lock:
            objects = list(self.fake.shelf(account.merchant_id).objects.values())
        refunds = [each for each in objects if each["object"] == "refund"]
        return [each for each in refunds if each["payment_intent"] == intent]

    def webhooks(self, account: Account, our_ref: str) -> list[RawRequest]:
        (payment,) = self._payments(account, our_ref)
        names = {payment["id"], payment.get("payment_intent")} - {None}
        letters = self.fake.letters(account.merchant_id)
        return [
            raw(letter.headers, letter.body)
            for letter in letters
            if names & _named(json.loads(letter.body)["data"]["object"])
        ]

    def telling(self, account: Account, our_ref: str) -> Mapping[Fact, RawRequest]:
        told = self.webhooks(account, our_ref)
        kinds = [json.loads(each.body)["type"] for each in told]
        facts = {FACTS[k]: each for k, each in zip(kinds, told, strict=True) if k in FACTS}
        # A payment that came had no decline before it: of another that had, this would tell.
        came = json.loads(facts[Fact.CAPTURED].body)
        failed = {"id": came["id"] + "f", "type": "payment_intent.payment_failed"}
        return {Fact.FAILED: resigned(account, came | failed)} | facts

    def in_other_mode(self, account: Account, raw: RawRequest) -> RawRequest:
        return resigned(account, json.loads(raw.body) | {"livemode": True})

    def of_other_account(self, account: Account, raw: RawRequest, merchant_id: str) -> RawRequest:
        return resigned(account, json.loads(raw.body) | {"account": merchant_id})

    def close_day(self, account: Account) -> date:
        day = self.fake.now().date()
        self.fake.close_day(account.merchant_id, early=True)
        self.fake.end_day()
        return day

    def close(self) -> None:
        self.wire.close()
        self.fake.stop()
        assert self.fake.violations == []


def _named(about: dict[str, Any]) -> set[str]:
    return {value for value in (about["id"], about.get("payment_intent")) if value}


def raw(headers: Mapping[str, str], body: bytes) -> RawRequest:
    return RawRequest(body, {name.lower(): value for name, value in headers.items()})


def resigned(
    account: Account, told: dict[str, Any], *, clock: Callable[[], datetime] = now
) -> RawRequest:
    body = json.dumps(told)
    secret, at = account.secrets["webhook_secret"], int(clock().timestamp())
    header = WebhookSignature.generate_signature_header(body, secret, at)
    headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header}
    return raw(headers, body.encode())
