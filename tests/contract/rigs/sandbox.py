"""The rig of the sandbox bank: the bank itself, a process of its own where a minute is a second."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx

from orders.clock import now
from orders.money import Money
from payments.providers.actions import QrCode, Redirect
from payments.providers.base import Account, Outcome, RawRequest
from payments.providers.sandbox.client import sign_up
from tests.config.waiting import until
from tests.contract.proxy import Wire
from tests.contract.rig import Act, Booked, Fact
from tests.payments.sandbox.cast import BankProcess, Receiver
from tests.payments.shopper import pay_at_bank, tap
from tests.payments.wire import signed

TOKENS: Final[dict[str, dict[Act, str]]] = {
    "card": {
        Act.APPROVE: "tok_approve",
        Act.DECLINE: "tok_decline_generic",
        Act.LET_LAPSE: "tok_hold_lapses",
        Act.DISPUTE: "tok_dispute_opened",
        Act.DISPUTE_IN_VAIN: "tok_dispute_won",
        Act.DISPUTE_AND_GET: "tok_dispute_lost",
    },
    "wallet": {
        Act.APPROVE: "wal_approve",
        Act.APPROVE_SLOWLY: "wal_slow",
        Act.DECLINE: "wal_decline",
    },
    "qr": {
        Act.APPROVE: "qr_approve",
        Act.APPROVE_SLOWLY: "qr_approve_late",
        Act.DECLINE: "qr_decline",
    },
    "bank_debit": {Act.APPROVE_SLOWLY: "deb_approve", Act.DECLINE: "deb_return"},
}
FACTS: Final = {
    "payment.processing": Fact.PROCESSING,
    "payment.captured": Fact.CAPTURED,
    "payment.declined": Fact.FAILED,
    "refund.succeeded": Fact.REFUNDED,
}
UNPAID: Final = {"status": "declined", "decline_code": "generic_decline"}


class SandboxRig:
    """Speaks docs/sandbox.md."""

    provider = "sandbox"
    signed_by: Collection[str] = ("sandbox-signature",)
    currencies: Mapping[str, Collection[str]] = {}
    secret: Collection[str] = ()

    def __init__(self, folder: Path) -> None:
        self.bank = BankProcess(folder, pace=0.02)
        self.bank.start()
        self.receiver = Receiver()
        self.wire = Wire(self.bank.url)

    def open_account(self) -> Account:
        given = sign_up(self.bank.url, name="Fernhill", webhook_url=self.receiver.url)
        secrets = {"api_key": given.api_key, "webhook_secret": given.webhook_secret}
        return Account("sandbox", "test", given.merchant_id, self.wire.url, secrets)

    def with_expired_key(self, account: Account) -> Account:
        return replace(account, secrets={**account.secrets, "api_key": "sk_" + "0" * 64})

    def acts(self, method: str) -> Collection[Act]:
        return TOKENS[method].keys()

    def shopper(self, act: Act, method: str, created: Outcome) -> None:
        match created.next_action:
            case QrCode(content):
                tap(content, TOKENS[method][act])
            case Redirect(url):
                pay_at_bank(url, TOKENS[method][act])
            case _:
                raise AssertionError("there is nothing to do for the shopper")

    def book(self, account: Account, our_ref: str) -> list[Booked]:
        return [booked(payment) for payment in self._payments(account, our_ref)]

    def webhooks(self, account: Account, our_ref: str) -> list[RawRequest]:
        (payment,) = self._payments(account, our_ref)

        def written() -> list[Any]:
            events: list[Any] = self._get(account, "/v1/events", payment=payment["id"])
            return events[::-1]

        assert until(lambda: all(event["delivered_at"] for event in written()), seconds=30)
        came = {json.loads(body)["id"]: (headers, body) for headers, body in self.receiver.received}
        return [raw(*came[event["id"]]) for event in written()]

    def telling(self, account: Account, our_ref: str) -> Mapping[Fact, RawRequest]:
        told = self.webhooks(account, our_ref)
        kinds = [json.loads(each.body)["type"] for each in told]
        facts = {FACTS[k]: each for k, each in zip(kinds, told, strict=True) if k in FACTS}
        # A payment of the bank either fails or is captured; other providers let a shopper retry.
        first = json.loads(told[0].body)
        failed = {"id": first["id"] + "f", "type": "payment.declined"}
        made = resigned(account, first | failed | {"data": first["data"] | UNPAID})
        return {Fact.FAILED: made} | facts

    def in_other_mode(self, account: Account, raw: RawRequest) -> RawRequest:
        told = json.loads(raw.body)
        return resigned(account, told | {"mode": "live", "data": told["data"] | {"mode": "live"}})

    def of_other_account(self, account: Account, raw: RawRequest, merchant_id: str) -> RawRequest:
        return resigned(account, json.loads(raw.body) | {"merchant_id": merchant_id})

    def close_day(self, account: Account) -> date:
        day = now().date()
        with self._http(account) as http:
            http.post("/v1/reports/days", json={"day": str(day)}).raise_for_status()
        return day

    def close(self) -> None:
        self.wire.close()
        self.bank.kill()
        self.receiver.close()

    def _payments(self, account: Account, our_ref: str) -> list[Any]:
        found: list[Any] = self._get(account, "/v1/payments", reference=our_ref)
        return found

    def _get(self, account: Account, path: str, **params: str) -> Any:
        with self._http(account) as http:
            return http.get(path, params=params).raise_for_status().json()["data"]

    def _http(self, account: Account) -> httpx.Client:
        key = {"Authorization": f"Bearer {account.secrets['api_key']}"}
        return httpx.Client(base_url=self.bank.url, headers=key, trust_env=False)


def booked(payment: dict[str, Any]) -> Booked:
    currency = payment["currency"]
    return Booked(
        asked=Money(payment["amount"], currency),
        held=Money(payment["authorized"] - payment["captured"] - payment["released"], currency),
        captured=Money(payment["captured"], currency),
        refunded=Money(payment["refunded"], currency),
        refunds=len(payment["refunds"]),
        can_be_paid=payment["status"] == "requires_action",
    )


def raw(headers: Mapping[str, str], body: bytes) -> RawRequest:
    return RawRequest(body, {name.lower(): value for name, value in headers.items()})


def resigned(account: Account, told: dict[str, Any]) -> RawRequest:
    body = json.dumps(told).encode()
    header = signed(body, secret=account.secrets["webhook_secret"], at=now().timestamp())
    return raw({"Content-Type": "application/json", **header}, body)
