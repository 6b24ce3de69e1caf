"""Whatever moves a merchant's money is entered once, in the transaction of its cause."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.sandbox.choices import BY_TOKEN
from payments.sandbox.clockwork import do
from payments.sandbox.errors import Refused
from payments.sandbox.models import FINE, Later, Merchant, Method, Movement, Payment
from payments.sandbox.services import refund as refund_service
from payments.sandbox.services.capture import CaptureOrder, capture
from payments.sandbox.services.close import void
from payments.sandbox.services.dispute import DECIDED, close_dispute, open_dispute
from payments.sandbox.services.enter import balances
from payments.sandbox.services.ids import new_id
from payments.sandbox.services.open import PaymentOrder, open_payment
from payments.sandbox.services.pay import pay_with
from payments.sandbox.services.refund import RefundOrder, finish_refund, refund
from payments.sandbox.services.sign_up import change_terms, sign_up
from tests.payments.sandbox.cast import RETURN_URL

pytestmark = pytest.mark.django_db
Entered = list[tuple[str, int, int]]
FEE = 1234 * 140 + 20 * FINE
"""1.4 % of 12.34 and 20 pence."""


def a_merchant() -> Merchant:
    return sign_up(name="Corner Shop", webhook_url="").merchant


def a_payment(merchant: Merchant, *, amount: int = 1234, held: bool = False) -> Payment:
    order = PaymentOrder(
        reference=new_id("A"),
        amount=amount,
        currency="GBP",
        description="",
        return_url=RETURN_URL,
        method=Method.CARD,
        lives=timedelta(days=1),
        save_card=False,
        saved_card="",
        hold=timedelta(days=7) if held else None,
    )
    return open_payment(merchant=merchant, order=order, base_url="http://127.0.0.1:9")


def paid(token: str, *, merchant: Merchant | None = None, held: bool = False) -> Payment:
    payment = a_payment(merchant or a_merchant(), held=held)
    pay_with(payment=payment, instrument=BY_TOKEN[token])
    return payment


def entered() -> Entered:
    return list(Movement.objects.order_by("pk").values_list("kind", "gross", "fee"))


def test_what_is_captured_at_once_is_entered_with_its_fee() -> None:
    payment = paid("tok_approve")

    assert entered() == [("capture", 1234, FEE)]
    movement = Movement.objects.get()
    assert (movement.name, movement.reference) == (payment.public_id, payment.reference)
    assert (movement.method, movement.mode, movement.currency) == ("card", "test", "GBP")


def test_a_fee_is_what_the_merchant_agreed_to() -> None:
    merchant = a_merchant()
    change_terms(merchant=merchant, terms={"fee_basis_points": 75, "fee_fixed": 0})

    paid("tok_approve", merchant=merchant)

    assert entered() == [("capture", 1234, 1234 * 75)]


@pytest.mark.parametrize("token", ["tok_decline_generic", "wal_slow", "tok_3ds"])
def test_what_is_not_captured_moves_nothing(token: str) -> None:
    paid(token)

    assert entered() == []


def test_a_hold_moves_nothing_until_it_is_captured() -> None:
    payment = paid("tok_approve", held=True)
    assert entered() == []

    capture(payment=payment, order=CaptureOrder("C1", 1000, final=False))
    capture(payment=payment, order=CaptureOrder("C2", 200, final=False))
    void(payment=payment)

    assert [(kind, gross) for kind, gross, _ in entered()] == [("capture", 1000), ("capture", 200)]
    assert set(Movement.objects.values_list("reference", flat=True)) == {payment.reference}
    made = set(payment.captures.values_list("public_id", flat=True))
    assert set(Movement.objects.values_list("name", flat=True)) == made


def test_what_settles_slowly_is_entered_once() -> None:
    payment = paid("deb_approve")

    for _ in range(2):
        do_all(payment)

    assert entered() == [("capture", 1234, FEE)]


@pytest.mark.parametrize(
    ("token", "at_once", "at_last"),
    [
        ("tok_approve", [("refund", -500, 0)], [("refund", -500, 0)]),
        ("tok_refund_pending", [], [("refund", -500, 0)]),
        ("tok_refund_pending_then_failed", [], []),
        (
            "tok_refund_fails_later",
            [("refund", -500, 0)],
            [("refund", -500, 0), ("refund_reversed", 500, 0)],
        ),
    ],
)
def test_a_refund_is_entered_when_it_succeeds_and_when_it_comes_back(
    token: str, at_once: Entered, at_last: Entered
) -> None:
    payment = paid(token)

    made = refund(payment=payment, order=RefundOrder("R1", 500, ""))
    assert entered()[1:] == at_once

    do_all(payment)
    assert entered()[1:] == at_last
    assert {m.reference for m in Movement.objects.filter(name=made.public_id)} <= {"R1"}


def test_a_refused_refund_moves_nothing() -> None:
    payment = paid("tok_approve")

    with pytest.raises(Refused):
        refund(payment=payment, order=RefundOrder("R1", 1235, ""))

    assert entered() == [("capture", 1234, FEE)]


@pytest.mark.parametrize(
    ("token", "ends"),
    [
        ("tok_dispute_opened", []),
        ("tok_dispute_lost", []),
        ("tok_dispute_won", [("dispute_reversal", 1234, 0)]),
    ],
)
def test_a_dispute_takes_the_money_and_a_fee_and_gives_it_back_if_it_is_won(
    token: str, ends: Entered
) -> None:
    do_all(paid(token))

    taken = [("dispute", -1234, 0), ("fee", 0, 1500 * FINE)]
    assert entered()[1:] == [*taken, *ends]


def test_a_dispute_of_a_merchant_who_pays_no_fee_has_none() -> None:
    merchant = a_merchant()
    change_terms(merchant=merchant, terms={"dispute_fee": 0})

    do_all(paid("tok_dispute_opened", merchant=merchant))

    assert entered()[1:] == [("dispute", -1234, 0)]


def test_what_is_undone_leaves_no_movement(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(**_: object) -> None:
        raise RuntimeError("the bank falls over")

    payment = paid("tok_refund_pending")
    refund(payment=payment, order=RefundOrder("R1", 500, ""))
    later = Later.objects.get(payment=payment, act="finish_refund")
    monkeypatch.setattr(refund_service, "announce", breaks)

    with pytest.raises(RuntimeError):
        do(later)

    assert entered() == [("capture", 1234, FEE)]


def do_all(payment: Payment) -> None:
    """Do everything that was planned, but for expiry."""
    while left := list(Later.objects.filter(payment=payment, done_at=None).order_by("due_at")):
        do(left[0])
    payment.read_again()


def _capture(payment: Payment, amount: int) -> None:
    capture(payment=payment, order=CaptureOrder(new_id("C"), amount, final=False))


def _refund(payment: Payment, amount: int) -> None:
    refund(payment=payment, order=RefundOrder(new_id("R"), amount, ""))


def _finish(payment: Payment, _: int) -> None:
    for made in payment.refunds.all():
        if payment.plays.refunds in refund_service.LAST:
            finish_refund(payment=payment, refund=made)


def _dispute(payment: Payment, _: int) -> None:
    open_dispute(payment=payment)


def _decide(payment: Payment, _: int) -> None:
    do_all(payment)
    if payment.disputed and payment.plays.disputes in DECIDED:
        close_dispute(payment=payment)


ACTS: list[Callable[[Payment, int], None]] = [_capture, _refund, _finish, _dispute, _decide]
TOKENS = [
    "tok_approve",
    "tok_partial_capture",
    "tok_wrong_amount",
    "tok_refund_pending",
    "tok_refund_pending_then_failed",
    "tok_refund_fails_later",
    "tok_dispute_won",
    "tok_dispute_lost",
    "tok_decline_generic",
    "tok_late_success_after_void",
]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    begun=st.lists(st.tuples(st.sampled_from(TOKENS), st.booleans()), min_size=1, max_size=3),
    acts=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(ACTS), st.integers(1, 1300)), max_size=12
    ),
)
def test_the_balance_is_what_the_payments_come_to(
    *,
    begun: list[tuple[str, bool]],
    acts: list[tuple[int, Callable[[Payment, int], None], int]],
) -> None:
    merchant = a_merchant()
    payments = [paid(token, merchant=merchant, held=held) for token, held in begun]

    for which, act, amount in acts:
        with suppress(Refused):
            act(payments[which % len(payments)], amount)

    mine = Payment.objects.filter(merchant=merchant)
    worth = mine.aggregate(all=Sum(F("captured") - F("refunded") - F("disputed")))["all"]
    fees = Movement.objects.filter(merchant=merchant).aggregate(all=Sum("fee", default=0))["all"]
    assert balances(merchant).get("GBP", 0) == worth * FINE - fees
