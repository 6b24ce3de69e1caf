"""A provider with settlement reports tells there what it told everywhere else."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager
from datetime import date
from typing import IO

import pytest

from orders.clock import now
from orders.money import Money
from payments.providers.base import OurRef
from payments.providers.errors import ProviderDown, ProviderError
from payments.providers.reports import BadLine, LineKind, Report, ReportLine, Reports
from tests.config.waiting import until
from tests.contract.cast import Sale, Seller, currencies
from tests.contract.rig import Act

SMALL = [Money(500, "JPY"), Money(1234, "KWD"), Money(50, "USD")]
"""One in a currency without decimals, with three and with two."""


def reports_of(seller: Seller) -> Reports:
    """The seller's provider; skips the test where it has no reports."""
    provider = seller.provider
    if not isinstance(provider, Reports):
        pytest.skip(f"{seller.rig.provider} has no settlement reports")
    return provider


def fetched(provider: Reports, day: date) -> AbstractContextManager[IO[bytes]]:
    """The report of a day that is over, once the provider has made it."""
    came: list[AbstractContextManager[IO[bytes]]] = []

    def is_there() -> bool:
        try:
            file = provider.fetch_report(day)
        except ProviderDown:
            return False
        assert file is not None
        came.append(file)
        return True

    assert until(is_there, seconds=30)
    return came[0]


def reported(seller: Seller) -> tuple[Report, list[ReportLine | BadLine]]:
    """The report of today, once it is there, and all its lines."""
    provider = reports_of(seller)
    with fetched(provider, seller.rig.close_day(seller.account)) as body:
        report = provider.parse_report(iter(io.TextIOWrapper(body, "utf-8", newline="")))
        return report, list(report.lines())


def moved(lines: list[ReportLine | BadLine], kind: LineKind) -> ReportLine:
    """The one line of that kind."""
    (found,) = [line for line in lines if isinstance(line, ReportLine) and line.kind == kind]
    return found


def sold_for(seller: Seller, amount: Money) -> Sale:
    """Paid with as much; skips the test where the provider cannot charge it."""
    reports_of(seller)
    method = seller.method_where(Act.APPROVE)
    if amount.currency not in currencies(method):
        pytest.skip(f"{seller.rig.provider} does not take {amount.currency}")
    if amount.amount % method.steps.get(amount.currency, 1):
        pytest.skip(f"{seller.rig.provider} does not charge so small a part of a currency")
    return seller.sells(amount=amount)


@pytest.mark.parametrize("amount", SMALL, ids=lambda amount: amount.currency)
def test_an_amount_is_the_same_in_every_word_of_the_provider(seller: Seller, amount: Money) -> None:
    sold = sold_for(seller, amount)

    assert sold.booked.captured == amount
    queried = seller.provider.query(OurRef(sold.request.our_ref))
    assert (queried.amount, queried.captured) == (amount, amount.amount)
    told = sold.outcomes()[-1]
    assert (told.amount, told.captured) == (amount, amount.amount)


@pytest.mark.parametrize("amount", SMALL, ids=lambda amount: amount.currency)
def test_a_line_says_what_the_shopper_has_paid(seller: Seller, amount: Money) -> None:
    sold = sold_for(seller, amount)

    line = moved(reported(seller)[1], LineKind.CAPTURE)

    assert Money(line.gross, line.currency) == amount
    assert line.our_ref == sold.request.our_ref


def test_a_refund_is_reported_below_zero_and_by_its_own_reference(seller: Seller) -> None:
    reports_of(seller)
    sold = seller.sells()
    request = sold.gives_back(40)

    line = moved(reported(seller)[1], LineKind.REFUND)

    assert Money(-line.gross, line.currency) == request.amount
    assert line.our_ref == request.our_ref


def test_lines_name_their_payment_and_no_other_account_or_mode(seller: Seller) -> None:
    reports_of(seller)
    sold = seller.sells()

    report, lines = reported(seller)

    assert report.header.merchant_id in {"", seller.account.merchant_id}
    assert report.header.mode in {"", seller.account.mode}
    for line in lines:
        assert isinstance(line, ReportLine), line
        assert line.merchant_id in {"", seller.account.merchant_id}
        assert line.mode in {"", seller.account.mode}
    known = {seen.id for seen in sold.told().objects}
    assert moved(lines, LineKind.CAPTURE).provider_ref in known


def test_the_report_of_a_day_is_the_same_each_time(seller: Seller) -> None:
    reports_of(seller)
    seller.sells()

    first = reported(seller)[1]
    day = now().date()
    provider = reports_of(seller)
    with fetched(provider, day) as body:
        again = provider.parse_report(iter(io.TextIOWrapper(body, "utf-8", newline="")))
        assert list(again.lines()) == first


def test_a_day_that_is_not_over_has_no_report_yet(seller: Seller) -> None:
    with pytest.raises(ProviderError):
        reports_of(seller).fetch_report(now().date())
