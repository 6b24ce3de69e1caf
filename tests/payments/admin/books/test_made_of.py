"""The page of a payout shows what it is made of, by kind and line by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.clock import clock_at
from payments.admin.books.made_of import made_of
from payments.models import Dispute, Payout, SettlementLine
from payments.reconciliation import follow
from tests.payments.admin.books.cast import SEE_FILES
from tests.payments.admin.cast import staff
from tests.payments.reconciliation.books import NOON, Theirs, a_sale, the_account
from tests.payments.reconciliation.stripe_books import Stripe, a_shop

pytestmark = pytest.mark.django_db
SEE, SEE_PAYMENTS = "payments.view_payout", "payments.view_payment"
MOST = "payments.admin.books.made_of.MOST"


def page_of(payout: Payout) -> str:
    return reverse("admin:payments_payout_change", args=[payout.pk])


def rows_of(page: str) -> list[str]:
    """The rows of the tables on it, as words."""
    page = page[page.index('id="made-of"') :]
    rows = re.findall("<tr>(.*?)</tr>", page, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in rows]


def paid_out(sales: int = 1) -> Payout:
    """So many sales and a refund of £10.00, paid out together."""
    with clock_at(lambda: NOON):
        account = the_account()
        theirs = Theirs(account)
        for _ in range(sales):
            theirs.sale(a_sale(account), fee="110", payout="po_1")
        theirs.line("refund", id="re_1", gross=-1000, payout="po_1")
        sent = sales * 5890 - 1000
        theirs.line("payout", id="po_1", gross=-sent, payout="po_1").comes()
        follow.import_and_compare()
    return Payout.objects.get(ref="po_1")


def test_it_shows_what_its_lines_come_to_by_kind() -> None:
    rows = rows_of(staff(SEE).get(page_of(paid_out(2))).content.decode())

    assert rows == [
        "Kind Lines Gross Fee Net",
        "Capture 2 £120.00 £2.20 £117.80",
        "Refund 1 -£10.00 £0.00 -£10.00",
        "Total 3 £110.00 £2.20 £107.80",
    ]


def test_its_sums_come_to_what_its_lines_are_kept_as() -> None:
    payout = paid_out(3)

    total = made_of(payout).total

    assert total.gross - total.fee == payout.lines_net


def test_each_line_leads_to_its_payment() -> None:
    payout = paid_out()

    page = staff(SEE, SEE_PAYMENTS, SEE_FILES).get(page_of(payout)).content.decode()

    attempt = payout.account.attempts.get()
    assert reverse("admin:payments_payment_change", args=[attempt.payment_id]) in page
    number = attempt.payment.order.number
    assert f"Capture {number} pay_{attempt.our_ref} £60.00 £1.10 £58.90" in rows_of(page)


def test_who_may_not_see_payments_is_led_to_none() -> None:
    payout = paid_out()

    page = staff(SEE, SEE_FILES).get(page_of(payout)).content.decode()

    assert payout.account.attempts.get().payment.order.number in page
    assert "/admin/payments/payment/" not in page


def test_who_may_not_see_reports_sees_sums_alone() -> None:
    payout = paid_out()

    page = staff(SEE, SEE_PAYMENTS).get(page_of(payout)).content.decode()

    assert payout.account.attempts.get().our_ref not in page


def test_many_lines_are_shown_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MOST, 2)
    payout, clerk = paid_out(3), staff(SEE, SEE_FILES)

    first: Any = clerk.get(page_of(payout))
    second: Any = clerk.get(page_of(payout), {"after": first.context["after"]})

    assert "2 of 4 are shown here." in first.content.decode()
    places = [line.place for page in (first, second) for line in page.context["lines"]]
    assert len(set(places)) == 4
    assert places == sorted(places)
    assert second.context["after"] == ""


@pytest.mark.parametrize("asked", ["", "x", "1-", "1-x", f"1-{'9' * 30}", "-1--1"])
def test_what_is_no_place_asks_for_the_first_page(asked: str) -> None:
    page: Any = staff(SEE, SEE_FILES).get(page_of(paid_out()), {"after": asked})

    assert len(page.context["lines"]) == 2


def test_behind_the_last_line_is_the_way_back() -> None:
    page = staff(SEE, SEE_FILES).get(page_of(paid_out()), {"after": "999999-1"}).content.decode()

    assert "0 of 2 are shown here." in page
    assert "First page" in page


def test_where_no_report_tells_of_it_the_page_says_so() -> None:
    payout = Payout.objects.create(account=the_account(), ref="po_9", currency="GBP")

    page = staff(SEE, SEE_FILES).get(page_of(payout)).content.decode()

    assert "No report that is here tells what is in it." in page


def test_what_waits_to_be_paid_out_has_sums() -> None:
    with clock_at(lambda: NOON):
        account = the_account()
        Theirs(account).sale(a_sale(account), fee="110").comes()
        follow.import_and_compare()

    page = staff(SEE, SEE_FILES).get(page_of(Payout.objects.get(ref=""))).content.decode()

    assert "What waits to be paid out" in page
    assert "Capture 1 £60.00 £1.10 £58.90" in rows_of(page)


def test_a_fee_of_the_payout_itself_counts() -> None:
    with clock_at(lambda: NOON):
        account = the_account()
        theirs = Theirs(account).sale(a_sale(account), fee="110", payout="po_1")
        theirs.line("payout", id="po_1", gross=-5840, fee="50", payout="po_1").comes()
        follow.import_and_compare()
    payout = Payout.objects.get(ref="po_1")

    made = made_of(payout)

    assert [(part.kind, part.fee) for part in made.parts] == [
        ("capture", Decimal(110)),
        ("payout", Decimal(50)),
    ]
    assert made.total.gross - made.total.fee == payout.lines_net


@pytest.mark.parametrize("sales", [1, 12])
def test_the_page_costs_the_same_however_much_is_in_it(
    django_assert_num_queries: DjangoAssertNumQueries, sales: int
) -> None:
    address, clerk = page_of(paid_out(sales)), staff(SEE, SEE_PAYMENTS, SEE_FILES)
    clerk.get(address)  # what Django keeps from then on

    with django_assert_num_queries(12):
        clerk.get(address)


def by_stripe(sell: Callable[[Stripe], None]) -> Payout:
    """What was sold on a day, paid out three days later; its reports are here."""
    with a_shop() as stripe:
        sell(stripe)
        stripe.night()
        ref = stripe.pays_out()
        stripe.night()
        stripe.night()
    return Payout.objects.get(ref=ref)


def some(stripe: Stripe) -> None:
    """Two sales, of which one is refunded in part and one disputed, and a bill."""
    stripe.gives_back(stripe.sells(6000), 1000)
    disputed = stripe.sells(8000)
    stripe.fake.dispute(stripe.intent(disputed))
    stripe.sees(disputed)
    stripe.fake.bill(stripe.account.merchant_id, 250)


def many(stripe: Stripe) -> None:
    some(stripe)
    for _ in range(9):
        stripe.sells()


def won(stripe: Stripe) -> None:
    attempt = stripe.sells(6000)
    dispute = stripe.fake.dispute(stripe.intent(attempt))
    stripe.fake.decide(dispute["id"], won=True)
    stripe.sees(attempt)


def abroad(stripe: Stripe) -> None:
    stripe.gives_back(stripe.sells(6000, "USD"), 2000)


def by_hand(stripe: Stripe) -> None:
    """Stripe does not know what is in payouts that are sent so."""
    stripe.fake.shelf(stripe.account.merchant_id).account.automatic_payouts = False
    some(stripe)


@pytest.mark.parametrize(
    ("sell", "kinds"),
    [
        (some, {"capture": 2, "refund": 1, "dispute": 1, "fee": 1}),
        (won, {"capture": 1, "dispute": 1, "dispute_reversal": 1}),
        (abroad, {"capture": 1, "refund": 1}),
    ],
)
def test_what_stripe_allots_later_is_shown_as_it_was_booked(
    sell: Callable[[Stripe], None], kinds: dict[str, int]
) -> None:
    payout = by_stripe(sell)

    made = made_of(payout)

    assert {part.kind: part.count for part in made.parts} == kinds
    assert made.total.gross - made.total.fee == payout.lines_net == payout.amount


def test_a_dispute_shows_what_it_took_and_its_fee_beside_its_order() -> None:
    payout = by_stripe(some)

    rows = rows_of(staff(SEE, SEE_FILES).get(page_of(payout)).content.decode())

    dispute = Dispute.objects.get()
    told = f"{dispute.attempt.payment.order.number} {dispute.provider_id}"
    assert f"Dispute {told} -£80.00 £20.00 -£100.00" in rows


def test_what_no_report_here_has_booked_keeps_its_net() -> None:
    payout = by_stripe(some)
    SettlementLine.objects.filter(kind="capture").update(provider_ref="ch_gone")

    made = made_of(payout)

    assert (made.parts[-1].kind, made.parts[-1].count) == ("allotment", 2)
    assert made.total.gross - made.total.fee == payout.lines_net


def test_a_payout_that_is_its_own_part_says_that_nobody_knows() -> None:
    page = staff(SEE, SEE_FILES).get(page_of(by_stripe(by_hand))).content.decode()

    assert "The provider does not tell what is in this payout." in page


def test_what_waits_at_stripe_lacks_what_was_put_into_payouts() -> None:
    by_stripe(some)
    waiting = Payout.objects.get(ref="")

    made = made_of(waiting)

    assert made.parts[-1].kind == "gone"
    assert made.total.gross - made.total.fee == waiting.lines_net == 0


@pytest.mark.parametrize("sell", [some, many])
def test_the_page_of_stripe_s_costs_the_same_however_much_is_in_it(
    django_assert_num_queries: DjangoAssertNumQueries, sell: Callable[[Stripe], None]
) -> None:
    address, clerk = page_of(by_stripe(sell)), staff(SEE, SEE_PAYMENTS, SEE_FILES)
    clerk.get(address)  # what Django keeps from then on

    with django_assert_num_queries(13):  # one more: what was allotted is looked for
        clerk.get(address)
