"""A shop at the real bank, its day over early, and the night in which reports are fetched."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from django.db.models import Sum

from payments.models import Attempt, Discrepancy, Posting, ProviderAccount, SettlementFile
from payments.reconciliation import fetch, follow
from payments.services.accounts import connect_sandbox
from payments.services.refund import RefundDraft, request_refund
from payments.services.submit import submit_due_operations
from tests.factories import an_order, later
from tests.payments.flows.cast import ask_bank, begin, pay
from tests.shop.cast import NOBODY_LISTENS

A_DAY = timedelta(days=1)


def today() -> date:
    return datetime.now(UTC).date()


def connected(bank: str, code: str = "sandbox") -> ProviderAccount:
    """A merchant of its own at the bank, whose webhooks all get lost."""
    account = connect_sandbox(bank_url=bank, hooks_base_url=NOBODY_LISTENS, code=code)
    ProviderAccount.objects.filter(pk=account.pk).update(settlement_days=0)
    return ProviderAccount.objects.get(pk=account.pk)


def a_sale_unheard_of(account: ProviderAccount, amount: int = 6000) -> Attempt:
    """Paid at the bank, of which we have heard nothing."""
    return pay(begin(account, order=an_order(amount=amount)))


def a_sale(account: ProviderAccount, amount: int = 6000) -> Attempt:
    """Paid at the bank, and booked since we have asked."""
    return ask_bank(a_sale_unheard_of(account, amount))


def a_refund(attempt: Attempt, amount: int = 1000) -> None:
    """Made at the bank by a worker of ours."""
    draft = RefundDraft(
        payment_id=attempt.payment_id,
        amount=attempt.payment.money(amount),
        request_key=f"refund-{attempt.pk}",
        note="damaged",
    )
    request_refund(draft)
    submit_due_operations()


def send(account: ProviderAccount, method: str, path: str, **given: Any) -> Any:
    """Ask the bank something beside the product; what it answers."""
    headers = {"Authorization": f"Bearer {account.for_provider().secrets['api_key']}"}
    headers["Idempotency-Key"] = f"{method} {path} {given}"[:100]
    url = f"{account.base_url}{path}"
    answer = httpx.request(method, url, headers=headers, trust_env=False, **given)
    assert answer.is_success, answer.text
    return answer.json()


def close(account: ProviderAccount, day: date | None = None) -> None:
    """End a day, and those before it, before they are over."""
    send(account, "POST", "/v1/reports/days", json={"day": f"{day or today()}"})


def night(days: int = 1) -> int:
    """What the task does so many days from now; how many files came."""
    with later(days * A_DAY):
        fetched = fetch.fetch_reports()
        follow.import_and_compare()
    return fetched


def owed(account: ProviderAccount) -> dict[str, Decimal]:
    """What the bank says that it owes us, by currency."""
    balance = send(account, "GET", "/v1/merchants/me")["balance"]
    return {currency: Decimal(amount) for currency, amount in balance.items()}


def held(account: ProviderAccount) -> dict[str, Decimal]:
    """The same as our ledger has it."""
    name = f"provider:{account.code}"
    sums = Posting.objects.filter(account=name).values_list("currency")
    return {currency: Decimal(amount) for currency, amount in sums.annotate(sum=Sum("amount"))}


def days_here(account: ProviderAccount) -> list[tuple[date | None, str]]:
    """Of which days there are reports, and what became of each."""
    files = SettlementFile.objects.filter(account=account).order_by("first_day", "pk")
    return list(files.values_list("first_day", "state"))


def unsettled() -> list[tuple[str, str]]:
    rows = Discrepancy.objects.exclude(state="resolved").order_by("kind", "reference")
    return list(rows.values_list("kind", "reference"))
