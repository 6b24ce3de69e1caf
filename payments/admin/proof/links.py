"""Where the numbers of a proof lead to, for whoever may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from orders.clock import now
from payments.books import PROVIDER, named
from payments.reconciliation.days import DAY, Side, day_of
from payments.reconciliation.proof import Because, Proof, Reason

SEE_FILES: Final = "payments.view_settlementfile"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the admin, and the permission that it asks for."""

    name: str
    permission: str


LEDGER: Final = Page("admin:payments_entry_changelist", "payments.view_entry")
DISCREPANCIES: Final = Page("admin:payments_discrepancy_changelist", "payments.view_discrepancy")
PAYOUTS: Final = Page("admin:payments_payout_changelist", "payments.view_payout")
UPLOAD: Final = Page("admin:payments_settlementfile_upload", "payments.import_settlementfile")


def discrepancies(request: HttpRequest, side: Side, **narrowed: str) -> str:
    """The list of what does not agree with the account; "" for whoever may not see it."""
    asked = {"account": side.account.code, "currency": side.currency, **narrowed}
    return _page(request, DISCREPANCIES, asked)


def of_reason(request: HttpRequest, proof: Proof, reason: Reason) -> str:
    """Where what makes the difference is seen: one by one, or as near as a list comes."""
    if narrowed := _differing(reason):
        return discrepancies(request, proof.side, until=proof.day.isoformat(), **narrowed)
    if asked := _booked(reason, proof):
        return ledger(request, proof.side, **asked)
    if reason.because == Because.NOT_POSTED:
        return payouts(request, proof.side)
    if reason.because == Because.BEFORE and proof.began:
        return day_url(proof.side, proof.began - DAY)
    return month_url(proof.side, proof.day)


def _differing(reason: Reason) -> dict[str, str]:
    """The kind and state of the discrepancies that make it, {} where none do."""
    return {
        Because.DISCREPANCY: {"kind__exact": reason.kind, "state": "unsettled"},
        Because.SETTLED_SINCE: {"kind__exact": reason.kind, "state": "resolved"},
    }.get(reason.because, {})


def _booked(reason: Reason, proof: Proof) -> dict[str, str]:
    """Among which of our entries it is, {} where among none; both sides tell it within days."""
    days = DAY * max(proof.side.account.settlement_days, 1)
    before = f"{proof.day - days}..{proof.day}"
    after = f"{proof.day + DAY}..{proof.day + days}"
    return {
        Because.WE_FIRST: {"day": before},
        Because.WAITING: {"day": before},
        Because.THEY_FIRST: {"day": after},
        Because.POSTED_LATER: {
            "kind__exact": reason.kind,
            "day": f"{proof.day + DAY}..{day_of(now(), proof.side.zone)}",
            "lines_until": proof.day.isoformat(),
        },
    }.get(reason.because, {})


def payouts(request: HttpRequest, side: Side) -> str:
    """All payouts of the account in the currency."""
    return _page(request, PAYOUTS, {"account": side.account.code, "currency": side.currency})


def day_url(side: Side, day: date) -> str:
    """The proof of a day, which whoever sees one day of it may see."""
    return reverse("admin:payments_proof_day", args=[side, day.isoformat()])


def month_url(side: Side, day: date) -> str:
    """The month of a day."""
    return f"{reverse('admin:payments_proof_month', args=[side])}?month={day:%Y-%m}"


def ledger(request: HttpRequest, side: Side, **narrowed: str) -> str:
    """What our books have in that currency, of a day (`day`) or a kind (`kind__exact`)."""
    account = named(PROVIDER, side.account.code)
    asked = {"account": account, "currency": side.currency, **narrowed}
    return _page(request, LEDGER, asked)


def upload(request: HttpRequest, side: Side) -> str:
    """Where a report is uploaded."""
    return _page(request, UPLOAD, {"account": side.account.code})


def report(request: HttpRequest, key: int) -> str:
    if not request.user.has_perm(SEE_FILES):
        return ""
    return reverse("admin:payments_settlementfile_change", args=[key])


def _page(request: HttpRequest, page: Page, asked: dict[str, str]) -> str:
    if not request.user.has_perm(page.permission):
        return ""
    return f"{reverse(page.name)}?{urlencode(asked)}"
