"""What is due is done once, at its time, also after a crash."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from payments.sandbox.choices import BY_TOKEN
from payments.sandbox.clockwork import do
from payments.sandbox.errors import Refused
from payments.sandbox.models import Event, Later, Method, Payment, PaymentStatus
from payments.sandbox.services.capture import CaptureOrder, capture
from payments.sandbox.services.open import PaymentOrder, open_payment
from payments.sandbox.services.pay import pay_with
from payments.sandbox.services.refund import RefundOrder, refund
from payments.sandbox.services.sign_up import sign_up
from payments.sandbox.views.pay import pay
from payments.sandbox.views.scan import scan
from tests.payments.sandbox.cast import RETURN_URL, BankProcess, a_shop


def a_payment(hold: timedelta | None = None) -> Payment:
    merchant = sign_up(name="Corner Shop", webhook_url="").merchant
    order = PaymentOrder(
        reference="A1",
        amount=1234,
        currency="GBP",
        description="",
        return_url=RETURN_URL,
        method=Method.CARD,
        lives=timedelta(days=1),
        save_card=False,
        saved_card="",
        hold=hold,
    )
    return open_payment(merchant=merchant, order=order, base_url="http://127.0.0.1:9")


def held(token: str, hold: timedelta = timedelta(days=7)) -> Payment:
    return paid(token, hold)


def paid(token: str, hold: timedelta | None = None) -> Payment:
    payment = a_payment(hold)
    assert pay_with(payment=payment, instrument=BY_TOKEN[token])
    return payment


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "view"), [(Method.QR, scan), (Method.CARD, pay)])
def test_what_is_over_offers_nothing_to_press_however_late_the_clockwork_is(
    rf: RequestFactory, method: Method, view: Callable[..., HttpResponse]
) -> None:
    payment = a_payment()
    Payment.objects.update(method=method, expires_at=timezone.now())

    page = view(rf.get("/"), payment.checkout_token).content.decode()

    assert "This payment has expired" in page
    assert "<button" not in page
    assert told(payment) == ["payment.expired"]


def told(payment: Payment) -> list[str]:
    return list(Event.objects.filter(payment=payment).order_by("pk").values_list("type", flat=True))


def do_all_twice(payment: Payment) -> None:
    """Do everything that was planned, each act by two who found it at the same time."""
    while left := list(Later.objects.filter(payment=payment, done_at=None).order_by("due_at")):
        for later in (left[0], left[0]):
            do(later)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "events"),
    [
        ("deb_approve", ["payment.processing", "payment.captured"]),
        ("tok_dispute_won", ["payment.captured", "dispute.opened", "dispute.won"]),
        ("tok_dispute_lost", ["payment.captured", "dispute.opened", "dispute.lost"]),
    ],
)
def test_what_is_due_is_done_once(token: str, events: list[str]) -> None:
    payment = paid(token)
    do_all_twice(payment)
    assert told(payment) == events


@pytest.mark.django_db
def test_a_refund_that_is_due_ends_once() -> None:
    payment = paid("tok_refund_pending")
    refund(payment=payment, order=RefundOrder("R1", 1000, ""))
    do_all_twice(payment)
    payment.refresh_from_db()
    assert (payment.refunded, payment.refunds_pending) == (1000, 0)


@pytest.mark.django_db
def test_an_unpaid_payment_expires_once() -> None:
    payment = a_payment()
    do_all_twice(payment)
    assert told(payment) == ["payment.expired"]


@pytest.mark.django_db
def test_a_hold_lapses_once() -> None:
    payment = held("tok_approve")
    do_all_twice(payment)
    payment.refresh_from_db()
    assert (payment.status, payment.released) == ("expired", 1234)
    assert told(payment) == ["payment.authorized", "payment.expired"]


@pytest.mark.django_db
def test_what_was_captured_does_not_lapse() -> None:
    payment = held("tok_approve")
    capture(payment=payment, order=CaptureOrder("C1", 1234, final=True))
    do_all_twice(payment)
    assert told(payment) == ["payment.authorized", "payment.captured"]


@pytest.mark.django_db
def test_nothing_is_captured_after_its_time_however_late_the_clockwork_is() -> None:
    payment = held("tok_approve")
    Payment.objects.update(capture_before=timezone.now())
    with pytest.raises(Refused, match="payment_not_authorized"):
        capture(payment=payment, order=CaptureOrder("C1", 1, final=True))
    assert told(payment) == ["payment.authorized"]


@pytest.mark.django_db
def test_a_paid_payment_does_not_expire() -> None:
    payment = paid("tok_approve")
    do_all_twice(payment)
    assert told(payment) == ["payment.captured"]


@pytest.mark.django_db
def test_nothing_is_paid_after_its_time_however_late_the_clockwork_is() -> None:
    payment = a_payment()
    payment.expires_at = timezone.now() - timedelta(seconds=1)
    assert not pay_with(payment=payment, instrument=BY_TOKEN["tok_approve"])
    assert payment.status == PaymentStatus.EXPIRED


def test_what_is_due_survives_kill_9(own_bank: BankProcess) -> None:
    own_bank.kill()
    own_bank.pace = 0.2
    own_bank.start()
    shop = a_shop(own_bank.url)
    slow, disputed = shop.finished("wal_slow"), shop.finished("tok_dispute_opened")
    hold = shop.held(hold_seconds=10)
    own_bank.kill()
    own_bank.start()
    assert shop.once(slow, "captured")["captured"] == 1234
    assert shop.when(disputed, lambda now: bool(now["disputes"]))
    assert shop.once(hold, "expired")["released"] == 1234
    assert shop.events(slow) == ["payment.processing", "payment.captured"]
    assert shop.events(disputed) == ["payment.captured", "dispute.opened"]
