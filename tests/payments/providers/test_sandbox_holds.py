"""Authorize now, capture later, and the event feed: the adapter against the real bank."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from config.ports import HOST
from orders.money import Money
from payments.providers.base import (
    Account,
    CaptureRequest,
    CreateRequest,
    NotFound,
    Outcome,
    ProviderDown,
    ProviderObject,
    ProviderRef,
    ProviderRejected,
    RawRequest,
    Status,
    WebhookEvent,
)
from payments.providers.sandbox import SandboxProvider
from tests.payments.providers.test_sandbox import a_ref, a_request, an_account_at, pay, payment_id

TEN = Money(1000, "GBP")


@pytest.fixture
def provider(bank: str) -> SandboxProvider:
    return SandboxProvider(an_account_at(bank))


def a_hold_request(amount: Money = TEN) -> CreateRequest:
    return replace(a_request(amount), hold=True)


def held(provider: SandboxProvider, token: str = "tok_approve", amount: Money = TEN) -> Outcome:
    request = replace(a_hold_request(amount), method="wallet" if token[:3] == "wal" else "card")
    created = provider.create(request)
    pay(created, token)
    return provider.query(payment_id(created))


def a_capture(of: Outcome, amount: int = 1000, *, final: bool = True) -> CaptureRequest:
    ref, whole = a_ref("C"), of.amount
    assert whole
    money = Money(amount, whole.currency)
    return CaptureRequest(payment_id(of), ref, money, f"{ref}:capture", final)


def facts(told: Outcome) -> tuple[object, ...]:
    return told.status, told.authorized, told.captured, told.released


@pytest.mark.parametrize("token", ["tok_approve", "wal_approve"])
def test_a_hold_is_authorized_until_it_lapses(provider: SandboxProvider, token: str) -> None:
    told = held(provider, token)

    assert facts(told) == (Status.AUTHORIZED, 1000, 0, 0)
    assert told.capture_before
    week = told.capture_before - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < week <= timedelta(days=7)


def test_what_is_not_asked_to_be_held_is_captured(provider: SandboxProvider) -> None:
    created = provider.create(a_request(TEN))
    pay(created)

    told = provider.query(payment_id(created))

    assert (told.status, told.capture_before) == (Status.CAPTURED, None)


def test_what_can_be_held_says_so() -> None:
    methods = SandboxProvider.capabilities.methods

    assert {each.method for each in methods if each.can_hold} == {"card", "wallet"}


@pytest.mark.parametrize(
    "amount", [Money(500, "JPY"), Money(1234, "KWD"), Money(50, "USD")], ids=str
)
def test_a_capture_takes_the_amount_that_was_sent(provider: SandboxProvider, amount: Money) -> None:
    hold = held(provider, amount=amount)

    told = provider.capture(a_capture(hold, amount.amount))

    assert facts(told) == (Status.CAPTURED, amount.amount, amount.amount, 0)
    assert (told.amount, told.capture_before) == (amount, None)


def test_captures_add_up_and_the_final_one_releases_the_rest(provider: SandboxProvider) -> None:
    hold = held(provider)

    first = provider.capture(a_capture(hold, 300, final=False))
    last = provider.capture(a_capture(hold, 500))

    assert facts(first) == (Status.AUTHORIZED, 1000, 300, 0)
    assert facts(last) == (Status.CAPTURED, 1000, 800, 200)
    assert [each.kind for each in last.objects] == ["payment", "capture", "capture"]


def test_the_same_key_twice_is_one_capture(provider: SandboxProvider) -> None:
    hold = held(provider)
    request = a_capture(hold, 300, final=False)

    assert provider.capture(request) == provider.capture(request)
    assert provider.query(request.ref).captured == 300


def test_a_capture_whose_answer_got_lost_is_told_by_its_key_and_by_a_question(
    provider: SandboxProvider,
) -> None:
    request = a_capture(held(provider, "tok_capture_times_out"), 300, final=False)

    with pytest.raises(ProviderDown) as down:
        provider.capture(request)

    assert down.value.sent
    assert provider.query(request.ref).captured == 300
    assert provider.capture(request).captured == 300


@pytest.mark.parametrize(
    ("token", "amount", "code", "raw"),
    [
        ("tok_approve", 1001, "amount_too_large", "amount_too_large"),
        ("tok_capture_fails", 1000, "provider_refused", "capture_refused"),
    ],
)
def test_a_refused_capture_takes_nothing(
    provider: SandboxProvider, *, token: str, amount: int, code: str, raw: str
) -> None:
    hold = held(provider, token)

    with pytest.raises(ProviderRejected) as refusal:
        provider.capture(a_capture(hold, amount))

    assert (refusal.value.failure.code, refusal.value.failure.raw) == (code, raw)
    assert facts(provider.query(payment_id(hold))) == facts(hold)


def test_what_is_no_longer_held_cannot_be_captured(provider: SandboxProvider) -> None:
    hold = held(provider)
    provider.void(payment_id(hold), "void-1")

    with pytest.raises(ProviderRejected) as refusal:
        provider.capture(a_capture(hold))
    assert refusal.value.failure.raw == "payment_not_authorized"


def test_a_capture_of_an_unknown_payment_is_not_found(provider: SandboxProvider) -> None:
    with pytest.raises(NotFound):
        provider.capture(replace(a_capture(held(provider)), ref=ProviderRef("pay_never")))


def test_void_releases_all_that_is_held(provider: SandboxProvider) -> None:
    hold = held(provider)

    told = provider.void(payment_id(hold), "void-1")

    assert facts(told) == (Status.VOIDED, 1000, 0, 1000)
    assert (told.error, told.capture_before) == (None, None)


def test_void_keeps_what_was_captured(provider: SandboxProvider) -> None:
    hold = held(provider)
    provider.capture(a_capture(hold, 300, final=False))

    told = provider.void(payment_id(hold), "void-1")

    assert facts(told) == (Status.CAPTURED, 1000, 300, 700)


def test_a_lapsed_hold_has_expired_and_is_released(fake_bank: FakeBank) -> None:
    """Written from docs/sandbox.md: the bank of these tests keeps its real pace."""
    fake_bank.says = a_payment(status="expired", authorized=1000, released=1000)

    told = SandboxProvider(fake_bank.account).query(ProviderRef("pay_1"))

    assert facts(told) == (Status.EXPIRED, 1000, 0, 1000)
    assert told.error is None


def test_a_kept_card_is_held_without_a_page(provider: SandboxProvider) -> None:
    first = provider.create(replace(a_hold_request(), save_method=True))
    pay(first)
    saved = provider.query(payment_id(first)).saved_method
    assert saved

    told = provider.create(replace(a_hold_request(), saved_method=saved.provider_id))

    assert facts(told) == (Status.AUTHORIZED, 1000, 0, 0)
    assert told.next_action is None


def test_the_evidence_of_a_capture_is_the_card_and_nothing_more(provider: SandboxProvider) -> None:
    told = provider.capture(a_capture(held(provider)))

    assert told.evidence == {"brand": "Visa", "last4": "4242"}


def all_events(provider: SandboxProvider, cursor: str = "") -> list[WebhookEvent]:
    events: list[WebhookEvent] = []
    more = True
    while more:
        page = provider.list_events(cursor)
        events, cursor, more = [*events, *page.events], page.cursor, page.more
    return events


def test_the_feed_tells_what_happened_with_its_outcome(provider: SandboxProvider) -> None:
    assert provider.capabilities.event_feed
    hold = held(provider)
    taken = provider.capture(a_capture(hold, 300))

    events = all_events(provider)

    assert [event.kind for event in events] == ["payment.authorized", "payment.captured"]
    assert [event.our_ref for event in events] == [hold.our_ref] * 2
    assert [event.outcome for event in events] == [hold, taken]


def test_the_feed_goes_on_where_it_was_left(provider: SandboxProvider) -> None:
    hold = held(provider)
    before = provider.list_events("")
    assert provider.list_events(before.cursor) == replace(before, events=())

    provider.capture(a_capture(hold))

    after = provider.list_events(before.cursor)
    assert [event.kind for event in after.events] == ["payment.captured"]
    assert (after.cursor, after.more) == (after.events[0].event_id, False)


def test_the_feed_of_nothing_stays_at_its_beginning(provider: SandboxProvider) -> None:
    page = provider.list_events("")

    assert (page.events, page.cursor, page.more) == ((), "", False)


def test_a_cursor_that_the_bank_never_gave_is_not_found(provider: SandboxProvider) -> None:
    with pytest.raises(NotFound):
        provider.list_events("evt_never")


def test_an_event_of_the_feed_is_the_event_of_its_webhook(provider: SandboxProvider) -> None:
    hold = held(provider)
    (event,) = provider.list_events("").events

    body = json.dumps(a_raw_event(event.event_id, hold)).encode()

    assert provider.read_event(RawRequest(body, {}), event.event_id).event_id == event.event_id
    assert event.objects == (ProviderObject("payment", payment_id(hold).value),)


def a_raw_event(event_id: str, hold: Outcome) -> dict[str, Any]:
    data = a_payment(id=payment_id(hold).value, reference=hold.our_ref)
    return {"id": event_id, "type": "payment.authorized", "data": data}


def a_payment(**facts: object) -> dict[str, Any]:
    """A held payment as docs/sandbox.md writes it."""
    payment = {"id": "pay_1", "reference": "A1", "status": "authorized", "amount": 1000}
    totals = {"authorized": 1000, "captured": 0, "released": 0, "refunded": 0, "currency": "GBP"}
    lists: dict[str, Any] = {"captures": [], "refunds": [], "disputes": [], "card": None}
    whose = {"mode": "test", "merchant_id": "mer_1", "capture_before": "2026-03-01T12:00:00Z"}
    return payment | totals | lists | whose | facts


class FakeBank:
    """Answers every request with what it is told to say."""

    says: object = None

    def __init__(self) -> None:
        bank = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(bank.says).encode()
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def account(self) -> Account:
        url = f"http://{HOST}:{self.server.server_port}"
        return Account("sandbox", "test", "mer_1", url, {"api_key": "k", "webhook_secret": "s"})


@pytest.fixture
def fake_bank() -> Iterator[FakeBank]:
    bank = FakeBank()
    yield bank
    bank.server.shutdown()
    bank.server.server_close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "held"},
        {"capture_before": "soon"},
        {"capture_before": "2026-03-01T12:00:00"},
        {"captures": [{"id": 7}]},
        {"captures": "some"},
        {"captured": -1},
        {"released": "1000"},
    ],
)
def test_a_malformed_answer_to_a_capture_decides_nothing(
    fake_bank: FakeBank, wrong: dict[str, object]
) -> None:
    fake_bank.says = a_payment(**wrong)
    request = CaptureRequest(ProviderRef("pay_1"), "C1", TEN, "C1:capture", final=True)

    with pytest.raises(ProviderDown, match="malformed") as down:
        SandboxProvider(fake_bank.account).capture(request)
    assert down.value.sent


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"data": [], "has_more": "no"},
        {"data": [], "has_more": True},
        {"data": [5], "has_more": False},
        {"data": [{"id": "evt_1", "type": "payment.captured"}], "has_more": False},
        {"data": None, "has_more": False},
    ],
)
def test_a_malformed_page_of_events_is_no_page(fake_bank: FakeBank, page: object) -> None:
    fake_bank.says = page

    with pytest.raises(ProviderDown, match="malformed") as down:
        SandboxProvider(fake_bank.account).list_events("")
    assert down.value.sent
