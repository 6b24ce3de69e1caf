"""An error of Stripe's own is kept for its key: what it ended is done by the next, and once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from payments.models import Operation
from payments.services.cancel import cancel_order
from payments.services.capture import request_capture
from payments.services.close import close_attempt
from payments.states import OperationKind
from tests.fakes.stripe.idempotency import Answer
from tests.fakes.stripe.request import Request
from tests.payments.flows.cast import A_MINUTE, books, work
from tests.payments.stripe.cast import Shop

pytestmark = pytest.mark.django_db
CAPTURE, CANCEL, EXPIRE, REFUND = "/capture", "/cancel", "/expire", "/v1/refunds"
TURNS = [A_MINUTE, 5 * A_MINUTE, 30 * A_MINUTE]
Sent = list[tuple[str, int]]


@pytest.fixture
def sent(shop: Shop) -> Iterator[Sent]:
    """How each key of a POST ends, as in "create", and what was answered."""
    told: Sent = []

    def note(request: Request, answer: Answer) -> None:
        if request.method == "POST":
            key = request.headers["idempotency-key"]
            told.append((key.partition(":")[2], answer.status))

    before, shop.fake.gate.on_answer = shop.fake.gate.on_answer, note
    yield told
    shop.fake.gate.on_answer = before


@pytest.fixture
def holds(settings: Settings, shop: Shop) -> Shop:
    """A bank holds £60 for its newest order."""
    settings.PAYMENTS = {**settings.PAYMENTS, "capture": "manual"}
    shop.sells()
    return shop


def captures(shop: Shop, amount: int = 6000, *, final: bool = True) -> Operation:
    capture, _fresh = request_capture(
        payment_id=shop.payment.pk,
        amount=shop.attempt.money(amount),
        final=final,
        request_key="form-1",
        requested_by=None,
    )
    return capture


def work_on() -> None:
    for turn in TURNS:
        work(turn)


def intents(shop: Shop) -> list[tuple[str, int]]:
    found = shop.objects("payment_intent")
    return [(told["status"], told["amount_received"]) for told in found]


def test_a_last_capture_that_was_not_made_is_made_by_the_next_key(holds: Shop, sent: Sent) -> None:
    captures(holds)
    sent.clear()
    holds.fake.trouble.next("error_before", on=CAPTURE)

    work_on()

    assert sent == [("capture", 500), ("capture", 500), ("capture:2", 200)]
    assert (intents(holds), books().captured) == ([("succeeded", 6000)], 6000)


def test_each_burnt_key_is_passed_by_until_one_is_not(holds: Shop, sent: Sent) -> None:
    captures(holds)
    sent.clear()
    for key in (":capture", ":capture:2", ":capture:3"):
        holds.fake.trouble.next("error_before", on=key)

    work_on()

    keys = [key for key, _status in sent]
    assert keys == ["capture", "capture", "capture:2", "capture", "capture:2", "capture:3"]
    assert {status for _key, status in sent} == {500}
    assert intents(holds) == [("requires_capture", 0)]


def test_a_capture_that_was_made_with_an_error_is_not_made_again(holds: Shop, sent: Sent) -> None:
    captures(holds)
    sent.clear()
    holds.fake.trouble.next("error_after", on=CAPTURE)

    work_on()

    assert {key for key, _status in sent} == {"capture"}
    assert (intents(holds), books().captured) == ([("succeeded", 6000)], 6000)


def test_a_capture_that_is_not_the_last_is_sent_by_one_key_only(holds: Shop, sent: Sent) -> None:
    capture = captures(holds, 2500, final=False)
    sent.clear()
    holds.fake.trouble.next("error_before", on=CAPTURE)

    work_on()

    assert {key for key, _status in sent} == {"capture"}
    capture.refresh_from_db()
    assert (capture.status, intents(holds)) == ("unknown", [("requires_capture", 0)])


def test_a_hold_that_was_not_let_go_is_let_go_by_the_next_key(holds: Shop, sent: Sent) -> None:
    sent.clear()
    holds.fake.trouble.next("error_before", on=CANCEL)
    cancel_order(payment_id=holds.payment.pk, actor="s", reason="r", requested_by=None)

    work_on()

    assert sent[-2:] == [("void:cancel", 500), ("void:cancel:2", 200)]
    assert (intents(holds), holds.attempt.status) == ([("canceled", 0)], "voided")


def test_a_hold_that_was_let_go_with_an_error_is_let_go_once(holds: Shop, sent: Sent) -> None:
    sent.clear()
    holds.fake.trouble.next("error_after", on=CANCEL)
    cancel_order(payment_id=holds.payment.pk, actor="s", reason="r", requested_by=None)

    work_on()

    assert {key for key, _status in sent} == {"void:cancel"}
    assert (intents(holds), holds.attempt.status) == ([("canceled", 0)], "voided")


def test_a_page_that_was_not_closed_is_closed_by_the_next_key(shop: Shop, sent: Sent) -> None:
    shop.orders()
    sent.clear()
    shop.fake.trouble.next("error_before", on=EXPIRE)
    close_attempt(shop.attempt.pk, source="test")

    work_on()

    assert sent == [("void", 500), ("void", 500), ("void:2", 200)]
    assert [told["status"] for told in shop.objects("checkout.session")] == ["expired"]
    assert shop.attempt.status == "voided"


def test_a_refund_is_sent_by_one_key_only(shop: Shop, sent: Sent) -> None:
    shop.sells()
    shop.asks_back()
    sent.clear()
    shop.fake.trouble.next("error_before", on=REFUND)

    work_on()

    assert {key for key, _status in sent} == {"refund"}
    assert len(sent) > 1
    assert (shop.refund.status, shop.objects("refund")) == ("unknown", [])
    assert not Operation.objects.exclude(kind=OperationKind.REFUND).exists()
