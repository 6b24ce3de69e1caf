"""The check of the ledger: silent where all agrees, and every sort of damage is named."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from payments.books import FACTS, Totals, balances
from payments.models import Attempt, Entry, Operation, Payment, Posting, Review
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus, RefundStatus
from payments.services import check_ledger
from payments.services.check_ledger import faults, report_faults
from payments.tasks import check_the_ledger
from tests.factories import a_payment, a_refund_seen, an_attempt, an_order, captured
from tests.payments.services.cast import apply, damage, tear_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment() -> Payment:
    """Paid with surplus, disputed in part; one refund was made and one came back."""
    a_payment()
    attempt = an_attempt(an_order())
    refunds = (a_refund_seen(1500), a_refund_seen(500))
    dispute = DisputeSeen("dp_1", attempt.money(1000), DisputeStatus.OPEN)
    bounced = type(refunds[1])(refunds[1].provider_id, "", attempt.money(500), RefundStatus.FAILED)
    return apply(
        attempt,
        captured(attempt, 9000, refunds=refunds, disputes=(dispute,)),
        captured(attempt, 9000, refunds=(bounced,)),
    )


def checked(*accounts: str) -> str:
    out = io.StringIO()
    call_command("check_ledger", *accounts, stdout=out, no_color=True)
    return out.getvalue()


def test_sound_books_say_so_with_a_line_per_account(payment: Payment) -> None:
    assert [line.split() for line in checked().splitlines()[:-1]] == [
        ["disputes:sandbox", "GBP", "10.00"],
        ["overpaid", "GBP", "-15.00"],
        ["provider:sandbox", "GBP", "125.00"],
        ["sales", "GBP", "-120.00"],
    ]
    assert "agrees with every payment and refund" in checked()


def test_one_account_can_be_asked_for(payment: Payment) -> None:
    assert checked("sales").splitlines()[:-1] == [f"{'sales':<30} GBP {'-120.00':>16}"]


def test_an_account_that_is_not_there_is_named_with_those_that_are(payment: Payment) -> None:
    with pytest.raises(CommandError, match=r"No account bank .* disputes:sandbox, overpaid, "):
        checked("bank")


def test_an_argument_that_is_not_known_is_named() -> None:
    with pytest.raises(CommandError, match="unrecognized arguments: --quick"):
        call_command("check_ledger", "--quick")


def test_empty_books_are_sound() -> None:
    assert "agrees" in checked()


def ref() -> str:
    return Attempt.objects.latest("pk").our_ref


def refund_of(status: str) -> str:
    return Operation.objects.get(status=status, external=True).our_ref


Damage = tuple[Callable[[], None], Callable[[], str], list[str]]
DAMAGES: dict[str, Damage] = {
    "one posting changed": (
        lambda: damage(
            "UPDATE payments_posting SET amount = amount + 1 WHERE account = 'sales' AND entry_id ="
            " (SELECT id FROM payments_entry WHERE key = %s)",
            f"capture:{ref()}:9000",
        ),
        ref,
        [
            "capture:{0}:9000: sum of its postings: expected GBP 0.00, found GBP 0.01",
            "{0}: balance of sales: expected GBP -60.00, found GBP -59.99",
        ],
    ),
    "a capture torn out": (
        lambda: tear_out(f"capture:{ref()}:9000"),
        ref,
        [
            "{0}: balance of provider:sandbox: expected GBP 65.00, found GBP -25.00",
            "{0}: balance of overpaid: expected GBP -15.00, found GBP 15.00",
            "{0}: balance of sales: expected GBP -60.00, found GBP 0.00",
        ],
    ),
    "a refund torn out": (
        lambda: tear_out(f"refund:{refund_of('succeeded')}"),
        lambda: refund_of("succeeded"),
        ["{0}: entry refund:{0}: expected GBP 15.00, found GBP 0.00"],
    ),
    "a refund that came back torn out": (
        lambda: tear_out(f"refund_reversed:{refund_of('reversed')}"),
        lambda: refund_of("reversed"),
        ["{0}: entry refund_reversed:{0}: expected GBP 5.00, found GBP 0.00"],
    ),
    "an entry under another key": (
        lambda: damage(
            "UPDATE payments_entry SET key = 'refund:x' WHERE key = %s",
            f"refund:{refund_of('succeeded')}",
        ),
        lambda: refund_of("succeeded"),
        ["{0}: entry refund:{0}: expected GBP 15.00, found GBP 0.00"],
    ),
    "money in another currency": (
        lambda: damage(
            "UPDATE payments_posting SET currency = 'EUR' WHERE entry_id ="
            " (SELECT id FROM payments_entry WHERE key = %s)",
            f"capture:{ref()}:9000",
        ),
        ref,
        ["{0}: postings to other accounts or currencies: expected 0, found 3"],
    ),
    "money in another account": (
        lambda: damage(
            "UPDATE payments_posting SET account = 'provider:other' WHERE account ="
            " 'provider:sandbox' AND entry_id = (SELECT id FROM payments_entry WHERE key = %s)",
            f"capture:{ref()}:9000",
        ),
        ref,
        [
            "{0}: balance of provider:sandbox: expected GBP 65.00, found GBP -25.00",
            "{0}: postings to other accounts or currencies: expected 0, found 1",
        ],
    ),
    "a capture of the attempt forgotten": (
        lambda: damage("UPDATE payments_attempt SET captured = surplus WHERE our_ref = %s", ref()),
        ref,
        [
            "{0}: balance of provider:sandbox: expected GBP 5.00, found GBP 65.00",
            "payment: captured: expected GBP 30.00, found GBP 90.00",
        ],
    ),
    "a total of the payment changed": (
        lambda: damage("UPDATE payments_payment SET refunded = refunded + 1 WHERE refunded > 0"),
        ref,
        ["payment: refunded: expected GBP 20.00, found GBP 20.01"],
    ),
    "a refund's amount changed": (
        lambda: damage(
            "UPDATE payments_operation SET amount = 1501 WHERE our_ref = %s", refund_of("succeeded")
        ),
        ref,
        ["{0}: refunded: expected GBP 20.01, found GBP 20.00"],
    ),
    "a refund taken for failed": (
        lambda: damage(
            "UPDATE payments_operation SET status = 'failed' WHERE our_ref = %s",
            refund_of("reversed"),
        ),
        ref,
        [
            "{0}: refunded: expected GBP 15.00, found GBP 20.00",
            "{0}: refund_reversed: expected GBP 0.00, found GBP 5.00",
        ],
    ),
    "a dispute's amount changed": (
        lambda: damage("UPDATE payments_dispute SET amount = 2"),
        ref,
        ["{0}: disputed: expected GBP 0.02, found GBP 10.00"],
    ),
}


@pytest.mark.parametrize("sort", DAMAGES)
def test_damage_is_named(payment: Payment, sort: str) -> None:
    plant, reference, named = DAMAGES[sort]
    named = [f"order {payment.order.number}, {line.format(reference())}" for line in named]

    plant()

    found = [str(fault) for fault in faults()]
    assert set(named) <= set(found)
    assert all(payment.order.number in line for line in found)


def test_the_command_names_what_is_wrong_and_fails(payment: Payment) -> None:
    tear_out(f"capture:{ref()}:9000")
    out = io.StringIO()

    with pytest.raises(CommandError, match="do not agree") as failure:
        call_command("check_ledger", stdout=out, no_color=True)

    assert failure.value.returncode == 1
    assert f"order {payment.order.number}, {ref()}: balance of sales" in out.getvalue()


def test_the_nightly_check_opens_one_review_per_payment_and_logs_each_fault(
    payment: Payment, caplog: pytest.LogCaptureFixture
) -> None:
    Review.objects.all().delete()
    tear_out(f"capture:{ref()}:9000")

    with caplog.at_level(logging.ERROR, "till.ledger"):
        check_the_ledger()
        check_the_ledger()

    review = Review.objects.get()
    assert (review.kind, review.subject_ref) == (ReviewKind.LEDGER, payment.order.number)
    assert len(caplog.records) == 2 * len(list(faults()))


def test_sound_books_open_no_review(payment: Payment) -> None:
    Review.objects.all().delete()

    assert report_faults() == 0
    assert not Review.objects.exists()


def test_the_check_takes_as_many_statements_for_many_payments(
    payment: Payment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        a_payment()

    with django_assert_num_queries(8):
        assert not list(faults())


def test_no_more_of_a_sort_is_named_than_anybody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        a_payment()
    damage("UPDATE payments_payment SET captured = 1")
    monkeypatch.setattr(check_ledger, "MOST", 2)

    assert len(list(faults())) == 2


def test_an_upgraded_site_has_opening_entries_and_passes(payment: Payment) -> None:
    damage("DELETE FROM payments_posting")
    damage("DELETE FROM payments_entry")
    migration = import_module("payments.migrations.0008_books_are_opened")

    for _ in range(2):
        migration.open_books(apps, None)

    assert not list(faults())
    assert {entry.kind for entry in Entry.objects.all()} == {"opening"}
    opening = Posting.objects.filter(entry__key=f"opening:{ref()}")
    assert dict(opening.values_list("account", "amount")) == {
        "provider:sandbox": 6500,
        "disputes:sandbox": 1000,
        "overpaid": -1500,
        "sales": -6000,
    }


def test_a_refund_made_after_the_opening_has_its_own_entry(payment: Payment) -> None:
    damage("DELETE FROM payments_posting")
    damage("DELETE FROM payments_entry")
    import_module("payments.migrations.0008_books_are_opened").open_books(apps, None)
    attempt = payment.attempts.get()

    apply(attempt, captured(attempt, 9000, refunds=(a_refund_seen(700),)))

    assert not list(faults())
    tear_out(Entry.objects.get(kind="refund").key)
    assert any("entry refund:" in str(fault) for fault in faults())


amounts = st.integers(0, 10**9)


all_totals = st.builds(Totals, *[amounts] * 5).filter(lambda it: it.surplus <= it.captured)


@given(st.lists(all_totals, min_size=1, max_size=20))
@settings(max_examples=20, deadline=None)
def test_the_database_computes_balances_as_python_does(totals: list[Totals]) -> None:
    attempt = an_attempt()
    must = {f"{role}_must": rule for role, rule in check_ledger._must().items()}
    for stands in totals:
        row = Attempt.objects.filter(pk=attempt.pk)
        row.update(**{name: getattr(stands, name) for name in FACTS})

        found = row.annotate(**must).values_list(*must).get()
        assert found == tuple(balances(stands).values())
