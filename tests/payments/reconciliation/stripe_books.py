"""A shop at the stand-in of Stripe, and its nights: one clock for both, which is moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from django.db.models import Sum

from orders.clock import clock_at
from payments.models import Attempt, Discrepancy, Posting, ProviderAccount, SettlementFile
from payments.reconciliation import fetch, follow, importing
from payments.registry import reports_of
from payments.services.ask import ask
from payments.services.submit import submit_due_operations
from tests.factories import an_order
from tests.fakes.stripe.fake import Fake
from tests.payments.flows.cast import begin
from tests.payments.refunding import asked_back

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, time: datetime = MONDAY) -> None:
        self.time = time

    def __call__(self) -> datetime:
        return self.time


@dataclass
class Stripe:
    """The stand-in and a merchant's account there."""

    fake: Fake
    clock: Clock
    account: ProviderAccount = field(init=False)

    def opens(self, **given: Any) -> Stripe:
        merchant = self.fake.open_account(**given)
        account = ProviderAccount(
            code="stripe",
            provider="stripe",
            mode="test",
            merchant_id=merchant.id,
            base_url=self.fake.url,
            settlement_days=0,
        )
        account.set_secrets(
            {"secret_key": merchant.key, "publishable_key": merchant.publishable_key}
        )
        account.save()
        self.account = account
        return self

    def settles_within(self, days: int) -> None:
        self.account.settlement_days = days
        self.account.save()

    def forward(self, by: timedelta) -> None:
        self.clock.time += by
        self.fake.catch_up()

    def sells(self, amount: int = 6000, currency: str = "GBP") -> Attempt:
        """Paid on Stripe's page and booked."""
        attempt = begin(self.account, order=an_order(amount=amount, currency=currency))
        self.fake.pay(self.session(attempt))
        return ask(attempt.pk, source="test")

    def session(self, attempt: Attempt) -> str:
        return attempt.provider_objects.get(kind="payment").object_id

    def intent(self, attempt: Attempt) -> str:
        return str(self.fake.told(self.session(attempt))["payment_intent"])

    def gives_back(self, attempt: Attempt, amount: int) -> None:
        asked_back(attempt, amount)
        submit_due_operations()

    def sees(self, attempt: Attempt) -> None:
        ask(attempt.pk, source="test")

    def pays_out(self) -> str:
        """Three days later, when what was sold is available; the payout."""
        self.forward(3 * A_DAY)
        return self.fake.close_day(self.account.merchant_id)

    def night(self) -> None:
        """A day later: reports are asked for until all are here, and the books are compared."""
        self.forward(A_DAY)
        for _hour in range(20):
            fetch.fetch_reports()
            if self.days() and self.days()[-1] == self.clock.time.date() - A_DAY:
                break
            self.forward(timedelta(seconds=10))
        follow.import_and_compare()

    def loads_a_day(self) -> None:
        """A day later: the report of the day is here, and nothing is compared yet."""
        self.forward(A_DAY)
        fetch.fetch_reports()
        self.forward(timedelta(seconds=10))
        fetch.fetch_reports()
        assert self.days()

    def report(self, day: date) -> str:
        """The file of a day, which Stripe has made already."""
        file = reports_of(self.account).fetch_report(day)
        assert file is not None
        with file as body:
            return body.read().decode()

    def night_with(self, change: Callable[[str], str]) -> SettlementFile:
        """The night after the first day, whose file comes otherwise than Stripe wrote it."""
        day = self.clock.time.date()
        self.forward(A_DAY)
        fetch.fetch_reports()
        self.forward(timedelta(seconds=10))
        body = BytesIO(change(self.report(day)).encode())
        file = importing.import_report(self.account, body, day=day)
        follow.import_and_compare()
        return file

    def days(self) -> list[date]:
        loaded = SettlementFile.objects.filter(account=self.account, state="loaded")
        return [
            day for day in loaded.order_by("first_day").values_list("first_day", flat=True) if day
        ]

    def balance(self) -> int:
        """What Stripe says that it owes us, in pence."""
        booked = self.fake.shelf(self.account.merchant_id).of("balance_transaction")
        return int(sum(each["net"] for each in booked))


@contextmanager
def a_shop(*, opened: datetime = MONDAY, **given: Any) -> Iterator[Stripe]:
    clock = Clock(opened)
    with clock_at(clock), Fake(clock, deliver=False) as fake:
        yield Stripe(fake, clock).opens(**given)
        assert fake.violations == []


def held(name: str = "provider:stripe") -> dict[str, int]:
    """What an account of our ledger holds, by currency; nothing where that is nothing."""
    sums = Posting.objects.filter(account=name).values_list("currency")
    return {currency: int(sum_) for currency, sum_ in sums.annotate(sum=Sum("amount")) if sum_}


def unsettled() -> list[tuple[str, str]]:
    rows = Discrepancy.objects.exclude(state="resolved").order_by("kind", "reference")
    return list(rows.values_list("kind", "reference"))
