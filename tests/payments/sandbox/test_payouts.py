"""A day is closed once; what it leaves over is paid out, and nothing enters it any more."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from payments.sandbox.days import ONE_DAY, today
from payments.sandbox.models import Merchant, Movement, Payout
from payments.sandbox.reports import lines, settlement
from payments.sandbox.reports.settlement import settlement_text
from payments.sandbox.services.close_days import close_days
from payments.sandbox.services.enter import balances
from payments.sandbox.services.refund import RefundOrder, refund
from payments.sandbox.services.sign_up import change_terms
from tests.payments.sandbox.test_movements import a_merchant, paid

pytestmark = pytest.mark.django_db
YESTERDAY = timezone.now().astimezone(UTC).date() - ONE_DAY


def free_of_charge() -> Merchant:
    merchant = a_merchant()
    change_terms(merchant=merchant, terms={"fee_basis_points": 0, "fee_fixed": 0})
    return merchant


def moved_to(day: date) -> None:
    """Let all that no day has yet be of that day."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    Movement.objects.filter(payout=None).update(occurred_at=noon, settled_at=noon)


def payouts() -> list[tuple[date | None, str, int | None]]:
    return list(Payout.objects.order_by("pk").values_list("day", "currency", "amount"))


def test_a_day_is_paid_out_once() -> None:
    merchant = free_of_charge()
    paid("tok_approve", merchant=merchant)
    moved_to(YESTERDAY)

    for _ in range(2):
        close_days(merchant=Merchant.objects.get(), through=YESTERDAY)

    assert payouts() == [(YESTERDAY, "GBP", 1234)]
    assert balances(merchant) == {"GBP": 0}


def test_each_movement_names_its_payout() -> None:
    merchant = free_of_charge()
    paid("tok_approve", merchant=merchant)
    moved_to(YESTERDAY)

    close_days(merchant=merchant, through=YESTERDAY)

    payout = Payout.objects.get()
    assert set(Movement.objects.values_list("payout", flat=True)) == {payout.pk}
    sent = Movement.objects.get(kind="payout")
    assert (sent.name, sent.gross, sent.settled_at.date()) == (payout.public_id, -1234, YESTERDAY)


def test_what_is_less_than_a_minor_unit_is_rounded_and_stays_in_the_balance() -> None:
    merchant = a_merchant()
    paid("tok_approve", merchant=merchant)  # costs 37.276
    moved_to(YESTERDAY)

    close_days(merchant=merchant, through=YESTERDAY)

    assert payouts() == [(YESTERDAY, "GBP", 1197)]
    assert balances(merchant) == {"GBP": -2760}


def test_a_debt_waits_in_the_payout_of_a_later_day() -> None:
    merchant = free_of_charge()
    payment = paid("tok_approve", merchant=merchant)
    moved_to(YESTERDAY - 2 * ONE_DAY)
    close_days(merchant=merchant, through=YESTERDAY - 2 * ONE_DAY)
    refund(payment=payment, order=RefundOrder("R1", 1000, ""))
    moved_to(YESTERDAY - ONE_DAY)
    close_days(merchant=merchant, through=YESTERDAY - ONE_DAY)
    assert payouts()[1:] == [(None, "GBP", None)]

    paid("tok_approve", merchant=merchant)
    moved_to(YESTERDAY)
    close_days(merchant=merchant, through=YESTERDAY)

    assert payouts()[1:] == [(YESTERDAY, "GBP", 234)]
    last = Payout.objects.latest("pk")
    assert sum(last.movements.values_list("gross", flat=True)) == 0
    assert last.movements.count() == 3


def test_days_that_nobody_asked_for_are_paid_out_day_by_day() -> None:
    merchant = free_of_charge()
    paid("tok_approve", merchant=merchant)
    Movement.objects.update(settled_at=timezone.now() - timedelta(days=5))
    paid("tok_approve", merchant=merchant)
    Movement.objects.filter(pk=Movement.objects.latest("pk").pk).update(
        settled_at=timezone.now() - timedelta(days=3)
    )

    close_days(merchant=merchant, through=YESTERDAY)

    days = [today() - timedelta(days=n) for n in (5, 3)]
    assert payouts() == [(day, "GBP", 1234) for day in days]


def test_what_moves_after_a_day_was_closed_early_is_of_the_next_day() -> None:
    merchant = free_of_charge()
    close_days(merchant=merchant, through=today())

    paid("tok_approve", merchant=merchant)

    movement = Movement.objects.get()
    assert movement.occurred_at < movement.settled_at
    assert movement.settled_at.date() == today() + ONE_DAY


def test_a_merchant_who_sold_nothing_gets_nothing() -> None:
    merchant = a_merchant()

    close_days(merchant=merchant, through=YESTERDAY)

    assert payouts() == []
    assert Merchant.objects.get().closed_through == YESTERDAY


def test_a_long_report_asks_the_book_no_more_often(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    merchant = free_of_charge()
    payments = [paid("tok_approve", merchant=merchant) for _ in range(12)]
    moved_to(YESTERDAY)
    close_days(merchant=merchant, through=YESTERDAY)

    with django_assert_num_queries(4):  # two balances, the lines, and that there are no more
        text = "".join(settlement_text(merchant, YESTERDAY))

    assert text.endswith(f"#lines,{len(payments) + 1}\n")


def test_a_report_is_read_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    merchant = free_of_charge()
    for _ in range(5):
        paid("tok_approve", merchant=merchant)
    moved_to(YESTERDAY)
    close_days(merchant=merchant, through=YESTERDAY)
    whole = "".join(settlement_text(merchant, YESTERDAY))

    monkeypatch.setattr(lines, "PAGE", 2)
    monkeypatch.setattr(settlement, "AT_ONCE", 2)

    assert "".join(settlement_text(merchant, YESTERDAY)) == whole
