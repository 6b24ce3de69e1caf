"""What the ledger is narrowed by beyond kind and time: a day, an account of the ledger, lines."""

from __future__ import annotations

from datetime import date, tzinfo
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from payments.models import Posting, ProviderAccount, SettlementTotal
from payments.models.settlement import FileState
from payments.reconciliation.days import begin, end, zone_of


class AskedFilter(admin.SimpleListFilter):
    """Stands among the filters only where the address names it: links of other pages do."""

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        asked = request.GET.get(str(self.parameter_name))
        return [(asked, asked)] if asked else []


class DayFilter(AskedFilter):
    """What was booked on a day, in the zone of the provider account where one is asked for.

    Or on several, such as 2026-11-28..2026-11-30.
    """

    title = gettext_lazy("day")
    parameter_name = "day"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self._account = request.GET.get(AccountFilter.parameter_name, "")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        try:
            day, _dots, last = (self.value() or "").partition("..")
            first = begin(date.fromisoformat(day), self._zone())
            after = end(date.fromisoformat(last or day), self._zone())
        except (ValueError, OverflowError):
            return queryset.none()
        return queryset.filter(at__gte=first, at__lt=after)

    def _zone(self) -> tzinfo:
        code = self._account.partition(":")[2]
        account = ProviderAccount.objects.filter(code=code).first() if code else None
        return zone_of(account) if account else timezone.get_current_timezone()


class AccountFilter(AskedFilter):
    """Entries that moved an account of the ledger, such as "provider:sandbox"."""

    title = pgettext_lazy("ledger", "account")
    parameter_name = "account"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        moved = Posting.objects.filter(entry=OuterRef("pk"), account=self.value())
        return queryset.filter(Exists(moved))


class CurrencyFilter(AskedFilter):
    """Entries that moved something in a currency: the account that is asked for, else any."""

    title = gettext_lazy("currency")
    parameter_name = "currency"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        account = request.GET.get(AccountFilter.parameter_name)
        self._moved = Posting.objects.filter(**({"account": account} if account else {}))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        moved = self._moved.filter(entry=OuterRef("pk"), currency=self.value())
        return queryset.filter(Exists(moved))


class LinesFilter(AskedFilter):
    """Entries of payouts of which reports have lines up to a day, that included."""

    title = gettext_lazy("payout with lines up to")
    parameter_name = "lines_until"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        try:
            last = date.fromisoformat(self.value() or "")
        except ValueError:
            return queryset.none()
        lines = SettlementTotal.objects.filter(
            file__account=OuterRef("payout__account"),
            file__state=FileState.LOADED,
            payout_ref=OuterRef("payout__ref"),
            day__lte=last,
        )
        return queryset.filter(Exists(lines))
