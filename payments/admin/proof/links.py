"""Where the numbers of a proof lead to, for whoever may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from payments.books import PROVIDER, named
from payments.models.discrepancy import DiscrepancyKind
from payments.reconciliation.days import Side
from payments.reconciliation.proof import Because, Reason

SEE_FILES: Final = "payments.view_settlementfile"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the admin, and the permission that it asks for."""

    name: str
    permission: str


LEDGER: Final = Page("admin:payments_entry_changelist", "payments.view_entry")
DISCREPANCIES: Final = Page("admin:payments_discrepancy_changelist", "payments.view_discrepancy")
UPLOAD: Final = Page("admin:payments_settlementfile_upload", "payments.import_settlementfile")


def discrepancies(request: HttpRequest, side: Side, **narrowed: str) -> str:
    """The list of what does not agree with the account; "" for whoever may not see it."""
    return _page(request, DISCREPANCIES, {"account": side.account.code, **narrowed})


def of_reason(request: HttpRequest, side: Side, reason: Reason) -> str:
    """The discrepancies that make the difference, or all that the account has of the kind."""
    if reason.because == Because.DISCREPANCY:
        return discrepancies(request, side, kind__exact=reason.kind, state="unsettled")
    if reason.because == Because.SETTLED_SINCE:
        return discrepancies(request, side, kind__exact=reason.kind, state="resolved")
    if reason.because == Because.WAITING:
        return discrepancies(request, side, kind__exact=DiscrepancyKind.TIMING)
    return ""


def ledger(request: HttpRequest, side: Side, **narrowed: str) -> str:
    """What our books have, of a day (`day`) or a kind (`kind__exact`)."""
    asked = {"account": named(PROVIDER, side.account.code), **narrowed}
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
