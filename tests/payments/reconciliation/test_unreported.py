"""What was booked on a day without a report is known in both books by kind and reference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from orders.clock import clock_at
from payments.models import Attempt, Entry, ProviderAccount, ProviderObject
from payments.reconciliation.proof import Because, Mark, Reason, prove
from payments.reconciliation.unreported import Unreported, unreported_at
from payments.states import EntryKind
from tests.factories import an_account
from tests.payments.reconciliation.proving import DAY, NEXT, a_report, at, booked, gbp, told

pytestmark = pytest.mark.django_db
AFTER = NEXT + timedelta(days=1)
"""There are reports of DAY and of AFTER, and none of NEXT."""
REFUND = "R" + "X" * 20


@pytest.fixture(autouse=True)
def _long_after() -> Iterator[None]:
    with clock_at(lambda: at(DAY + timedelta(days=20))):
        yield


@pytest.fixture
def account() -> ProviderAccount:
    account = an_account()
    a_report(account)
    a_report(account, AFTER)
    return account


@pytest.fixture
def sale(account: ProviderAccount) -> Attempt:
    """£60.00, in both books on DAY."""
    attempt = booked(account, 6000, at(DAY)).attempt
    assert attempt
    theirs(account, 6000, our_ref=attempt.our_ref)
    return attempt


def theirs(account: ProviderAccount, gross: int, **given: Any) -> None:
    """A line of the first report, or with `later` of that of AFTER."""
    day = AFTER if given.pop("later", False) else DAY
    told(account.settlement_files.get(first_day=day), gross, **given)


def ours(
    sale: Attempt, amount: int, kind: EntryKind, *, ref: str = "", later: bool = True
) -> Entry:
    """Booked of a sale on NEXT, or on DAY."""
    moment = at(NEXT if later else DAY)
    return booked(sale.account, amount, moment, kind=kind, ref=ref or sale.our_ref, attempt=sale)


def unreported(account: ProviderAccount) -> Unreported:
    return unreported_at(gbp(account), AFTER)


def test_the_line_of_a_sale_is_not_that_of_its_dispute(sale: Attempt) -> None:
    ours(sale, -3000, EntryKind.DISPUTE, ref="sandbox:dp_1")

    proof = prove(gbp(sale.account), AFTER)

    assert proof.reasons == [Reason(Because.UNREPORTED, 3000, 1)]
    assert proof.mark == Mark.EXPLAINED


def test_the_line_of_a_refund_is_not_that_of_its_coming_back(sale: Attempt) -> None:
    ours(sale, -1000, EntryKind.REFUND, ref=REFUND, later=False)
    theirs(sale.account, -1000, kind="refund", our_ref=REFUND)
    ours(sale, 1000, EntryKind.REFUND_REVERSED, ref=REFUND)

    assert unreported(sale.account) == Unreported(1000, 1)


def test_the_line_of_a_first_capture_is_not_that_of_a_second_one(sale: Attempt) -> None:
    ours(sale, 4000, EntryKind.CAPTURE)

    assert unreported(sale.account) == Unreported(4000, 1)


def test_a_second_capture_that_another_report_has_is_reported(sale: Attempt) -> None:
    ours(sale, 4000, EntryKind.CAPTURE)
    theirs(sale.account, 4000, our_ref=sale.our_ref, later=True)

    assert unreported(sale.account) == Unreported(0, 0)


@pytest.mark.parametrize("gross", [5900, 6000, 6100])
def test_a_line_that_names_the_providers_id_alone_is_one_whatever_it_comes_to(
    account: ProviderAccount, gross: int
) -> None:
    attempt = booked(account, 6000, at(NEXT)).attempt
    assert attempt
    for kind in ("payment", "charge"):
        ProviderObject.objects.create(
            account=account, kind=kind, object_id="pay_x", attempt=attempt
        )
    theirs(account, gross, provider_ref="pay_x", later=True)

    assert unreported(account) == Unreported(0, 0)


def test_a_dispute_is_known_by_the_providers_id(sale: Attempt) -> None:
    ours(sale, -3000, EntryKind.DISPUTE, ref="sandbox:dp_1")
    ours(sale, -500, EntryKind.DISPUTE, ref="sandbox:dp_2")
    theirs(sale.account, -3000, kind="dispute", provider_ref="dp_1", later=True)

    assert unreported(sale.account) == Unreported(-500, 1)


@pytest.mark.parametrize(("reported", "left"), [(True, (0, 0)), (False, (3000, 1))])
def test_a_dispute_that_was_won_is_reported_with_its_reversal(
    sale: Attempt, *, reported: bool, left: tuple[int, int]
) -> None:
    ours(sale, -3000, EntryKind.DISPUTE, ref="sandbox:dp_1", later=False)
    theirs(sale.account, -3000, kind="dispute", provider_ref="dp_1")
    ours(sale, 3000, EntryKind.DISPUTE, ref="sandbox:dp_1")
    if reported:
        theirs(sale.account, 3000, kind="dispute_reversal", provider_ref="dp_1", later=True)

    assert unreported(sale.account) == left


def test_a_line_of_another_account_or_mode_is_none(account: ProviderAccount) -> None:
    attempt = booked(account, 6000, at(NEXT)).attempt
    assert attempt
    theirs(account, 6000, our_ref=attempt.our_ref, stray="mer_2", later=True)

    assert unreported(account) == Unreported(6000, 1)
