"""What a list of discrepancies is narrowed by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.keyset import MOST_DIGITS
from payments.models import Discrepancy, ProviderAccount, SettlementFile, SettlementLine
from payments.models.discrepancy import UNRESOLVED, DiscrepancyState
from payments.reconciliation.days import begin, end, zone_of

UNSETTLED: Final = "unsettled"
OUR_BANK: Final = "our:bank"
REFERENCE: Final = OuterRef("reference")


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        states = [state for state in DiscrepancyState if state != DiscrepancyState.DRAFT]
        return [(UNSETTLED, _("not settled")), *((state.value, state.label) for state in states)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        if self.value() == UNSETTLED:
            return queryset.filter(state__in=UNRESOLVED)
        return queryset.filter(state=self.value())


class AccountFilter(admin.SimpleListFilter):
    """By the code of the account; its number means the same."""

    title = gettext_lazy("provider account")
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        accounts = ProviderAccount.objects.order_by("code").values_list("code", flat=True)
        return [*((code, code) for code in accounts), (OUR_BANK, _("none: our bank"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        if self.value() == OUR_BANK:
            return queryset.filter(account=None)
        return queryset.filter(account__in=_accounts(self.value()))


def _accounts(named: str | None) -> list[ProviderAccount]:
    asked = Q(code=named or "") | Q(pk=_number(named))
    return list(ProviderAccount.objects.filter(asked))


class OwnerFilter(admin.SimpleListFilter):
    title = gettext_lazy("looked after by")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("me", _("me")), ("nobody", _("nobody"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Discrepancy]
    ) -> QuerySet[Discrepancy]:
        owners = {"me": Q(owner=request.user.pk), "nobody": Q(owner=None)}
        return queryset.filter(owners.get(self.value() or "", Q()))


class AskedFilter(admin.SimpleListFilter):
    """Stands among the filters only where the address names it: links of other pages do."""

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        asked = request.GET.get(str(self.parameter_name))
        return [(asked, self.words(asked))] if asked else []

    def words(self, asked: str) -> str:
        return asked


class DayFilter(AskedFilter):
    """What happened on a day, in the zone of the account's reports where one is chosen."""

    title = gettext_lazy("day")
    parameter_name = "day"

    def words(self, asked: str) -> str:
        day = _day(asked)
        return date_format(day) if day else asked

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Discrepancy]
    ) -> QuerySet[Discrepancy]:
        if self.value() is None:
            return queryset
        day = _day(self.value())
        if day is None:
            return queryset.none()
        chosen = _accounts(request.GET.get(AccountFilter.parameter_name))
        zone = zone_of(chosen[0]) if chosen else timezone.get_current_timezone()
        try:
            return queryset.filter(self.within(begin(day, zone), end(day, zone)))
        except OverflowError:
            return queryset.none()

    def within(self, begins: datetime, ends: datetime) -> Q:
        """What has no moment of its own counts when it was found."""
        found = Q(at=None, found_at__gte=begins, found_at__lt=ends)
        return Q(at__gte=begins, at__lt=ends) | found


class UntilFilter(DayFilter):
    """What happened up to a day, that included."""

    title = gettext_lazy("up to")
    parameter_name = "until"

    def within(self, begins: datetime, ends: datetime) -> Q:
        return Q(at__lt=ends) | Q(at=None, found_at__lt=ends)


def _day(asked: str | None) -> date | None:
    try:
        return date.fromisoformat(asked or "")
    except ValueError:
        return None


class CurrencyFilter(AskedFilter):
    """On either side."""

    title = gettext_lazy("currency")
    parameter_name = "currency"

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Discrepancy]
    ) -> QuerySet[Discrepancy]:
        if self.value() is None:
            return queryset
        return queryset.filter(Q(currency=self.value()) | Q(our_currency=self.value()))


class FileFilter(AskedFilter):
    """What is about a line of the file, and about what a line of it names."""

    title = gettext_lazy("settlement file")
    parameter_name = "file"

    def words(self, asked: str) -> str:
        found = SettlementFile.objects.filter(pk=_number(asked)).first()
        return str(found or asked)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Discrepancy]
    ) -> QuerySet[Discrepancy]:
        if self.value() is None:
            return queryset
        lines = SettlementLine.objects.filter(file=_number(self.value()))
        ours, theirs = lines.filter(our_ref=REFERENCE), lines.filter(provider_ref=REFERENCE)
        of_lines = Q(file=None, reference__gt="") & (Q(Exists(ours)) | Q(Exists(theirs)))
        return queryset.filter(Q(file=_number(self.value())) | of_lines)


def _number(asked: str | None) -> int:
    """A key; 0, which is nobody's, where it is none."""
    plain = asked and asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS
    return int(asked) if asked and plain else 0
