"""The pages of the proof, where the admin would list the days that are written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from orders.admin import FactsAdmin
from orders.clock import now
from orders.money import CODE
from payments.admin.download import csv_download
from payments.admin.marks import STYLE
from payments.admin.proof.day import csv_rows, day_context, title_of
from payments.admin.proof.links import day_url
from payments.admin.proof.month import month_lines, standings
from payments.admin.reports import may_see_reports, reports_csv, reports_page
from payments.models import ProviderAccount
from payments.reconciliation.days import DAY, Side, day_of
from payments.reconciliation.export import csv_lines
from payments.reconciliation.proof import prove

PROOF_STYLE: Final[dict[str, Sequence[str]]] = {"all": [*STYLE["all"], "payments/proof.css"]}

FIRST_YEAR, LAST_YEAR = 2000, 2999
"""Days beyond are none that anybody proves; zones end there, too."""


class ProofAdmin(FactsAdmin):
    """Whoever may see the proof sees its sums only: their lines and our entries ask for more."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._check(request)
        context = {"standings": standings(), "can_see_reports": may_see_reports(request)}
        return self._page(request, "proofs", {"title": _("Proofs of days"), **context})

    def change_view(  # noqa: PLR0917  # Django's signature
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A row by its key is the page of its day."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        self._check(request)
        return redirect(day_url(Side(row.account, row.currency), row.day))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("reports/", wrap(self.reports_view), name="payments_reports"),
            path("reports.csv", wrap(reports_csv), name="payments_reports_csv"),
            path("of/<str:held>/", wrap(self.month_view), name="payments_proof_month"),
            path("of/<str:held>/<str:day>.csv", wrap(self.csv_view), name="payments_proof_csv"),
            path("of/<str:held>/<str:day>/", wrap(self.day_view), name="payments_proof_day"),
            *super().get_urls(),
        ]

    def month_view(self, request: HttpRequest, held: str) -> HttpResponse:
        """The days of the month that the address names, else of this one."""
        side = self._side(request, held)
        today = day_of(now(), side.zone)
        asked = request.GET.get("month", "")
        month = _day(f"{asked}-01") if asked else today.replace(day=1)
        context = {
            "side": side,
            "month": month,
            "lines": month_lines(side, month),
            "before": (month - DAY).replace(day=1),
            "after": (month + DAY * 31).replace(day=1) if month < today.replace(day=1) else None,
        }
        about = {"account": side.account.code, "currency": side.currency}
        title = _("Proof of %(account)s, %(currency)s") % about
        return self._page(request, "proof_month", {"title": title, **context})

    def day_view(self, request: HttpRequest, held: str, day: str) -> HttpResponse:
        side = self._side(request, held)
        proof = prove(side, _day(day))
        context = {"title": title_of(side, proof.day), **day_context(request, proof)}
        return self._page(request, "proof_day", context)

    def csv_view(self, request: HttpRequest, held: str, day: str) -> HttpResponseBase:
        side = self._side(request, held)
        proof = prove(side, _day(day))
        return csv_download(csv_lines(csv_rows(proof)), f"proof-{side}-{proof.day}.csv")

    def reports_view(self, request: HttpRequest) -> HttpResponse:
        return reports_page(self, request)

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _side(self, request: HttpRequest, held: str) -> Side:
        """By the end of an address such as "sandbox.GBP"; a code has no point in it."""
        self._check(request)
        code, _dot, currency = held.partition(".")
        if not CODE.fullmatch(currency):
            raise Http404
        return Side(get_object_or_404(ProviderAccount, code=code), currency)

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media + forms.Media(css=PROOF_STYLE),
        }
        return TemplateResponse(request, f"payments/admin/{name}.html", shared | context)


def _day(text: str) -> date:
    """A day of the address, such as 2026-11-28; anything else is no page."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Http404
    return day
