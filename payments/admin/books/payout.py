"""What providers sent to our bank account: what its lines come to, and what arrived."""

from __future__ import annotations

import re
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from orders.formats import format_moment
from orders.money import Money
from payments.admin.books.amounts import amount, number, signed
from payments.admin.books.book import STYLE, BookAdmin
from payments.admin.books.filters import AccountFilter
from payments.admin.books.made_of import MadeOf, Place, lines_of_payout, made_of
from payments.admin.books.reported import SEE_FILES
from payments.admin.marks import under
from payments.models import Discrepancy, Payout
from payments.models.settlement import FileState

MOST = 50
"""Of each thing that belongs to a payout, so many are shown."""
PLACE: Final = re.compile("([0-9]{1,18})-([0-9]{1,18})")


class PayoutAdmin(BookAdmin):
    change_form_template = "payments/admin/books/payout.html"
    list_display = ["named", "differs", "money", "lines", "came_when", "sent_by"]
    list_filter = [AccountFilter, "currency"]
    list_select_related = ["account"]
    search_fields = ["ref"]
    search_help_text = gettext_lazy("The provider's reference of the payout")
    fields = ["named", "account_code", "sent", "money", "lines", "came", "arrived_day", "differs"]

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payout]:
        return super().get_queryset(request).select_related("account")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Payout], search_term: str
    ) -> tuple[QuerySet[Payout], bool]:
        term = search_term.strip()
        return (queryset.filter(ref=term) if term else queryset), False

    @admin.display(description=gettext_lazy("reference"))
    def named(self, payout: Payout) -> str:
        return payout.ref or _("not paid out yet")

    @admin.display(description=gettext_lazy("account"))
    def account_code(self, payout: Payout) -> str:
        return payout.account.code

    @admin.display(description=pgettext_lazy("payout", "sent"))
    def sent(self, payout: Payout) -> str:
        return format_moment(payout.sent_at) if payout.sent_at else _("not yet")

    @admin.display(description=gettext_lazy("amount"))
    def money(self, payout: Payout) -> SafeString | str:
        return amount(_money(payout, payout.amount))

    @admin.display(description=gettext_lazy("its lines"))
    def lines(self, payout: Payout) -> SafeString | str:
        return amount(_money(payout, payout.lines_net))

    @admin.display(description=gettext_lazy("arrived"))
    def came(self, payout: Payout) -> SafeString | str:
        return amount(_money(payout, payout.arrived))

    @admin.display(description=gettext_lazy("arrived on"))
    def arrived_day(self, payout: Payout) -> str:
        return date_format(payout.arrived_on) if payout.arrived_on else _("not yet")

    @admin.display(description=gettext_lazy("arrived"))
    def came_when(self, payout: Payout) -> SafeString:
        return under(self.came(payout), date_format(payout.arrived_on) if payout.arrived_on else "")

    @admin.display(description=pgettext_lazy("payout", "sent"))
    def sent_by(self, payout: Payout) -> SafeString:
        return under(self.sent(payout), self.account_code(payout))

    @admin.display(description=gettext_lazy("difference"))
    def differs(self, payout: Payout) -> SafeString | str:
        """What of its lines has not come: at the provider, or on the way to our bank."""
        words = {
            _("paid out {amount}"): _less(payout.amount, payout.lines_net),
            _("arrived {amount}"): _less(payout.arrived, payout.amount),
        }
        said = [
            (format_html(text, amount=number(signed(Money(off, payout.currency)))),)
            for text, off in words.items()
            if off
        ]
        if payout.amount is None and not said:
            gone = payout.ref and not payout.lines_net
            return _("no report has it any more") if gone else _("not sent yet")
        return format_html_join(", ", "{}", said) or _("none")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        payout: Payout = kwargs["obj"]
        differing = Discrepancy.objects.filter(payout=payout).order_by("-found_at", "-pk")
        came = payout.bank_lines.filter(file__state=FileState.LOADED).select_related("file")
        booked = payout.entries.order_by("pk").prefetch_related("postings")
        context |= {
            "payout": payout,
            "differing": list(differing[:MOST]),
            "bank_lines": [
                (line, amount(Money(line.amount, line.currency)))
                for line in came.order_by("day", "pk")[:MOST]
            ],
            "entries": list(booked[:MOST]),
            **_contents(request, made_of(payout)),
        }
        return super().render_change_form(request, context, *args, **kwargs)


def _contents(request: HttpRequest, made: MadeOf) -> dict[str, Any]:
    """Its sums, and its lines for who may see them; what waits for a payout has no list."""
    seen = made.is_known and made.payout.ref and request.user.has_perm(SEE_FILES)
    asked = _place(request.GET.get("after", ""))
    lines, has_more = lines_of_payout(made, asked) if seen else ([], False)
    after = "{}-{}".format(*lines[-1].place) if has_more else ""
    return {"made": made, "lines": lines, "after": after, "is_further": asked is not None}


def _place(asked: str) -> Place | None:
    """Where the page before ended, as "file-line"; None for the first page, or what is no place."""
    found = PLACE.fullmatch(asked)
    return (int(found[1]), int(found[2])) if found else None


def _money(payout: Payout, minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, payout.currency)


def _less(is_: int | None, should_be: int | None) -> int:
    """How much more it is; nothing where either is not known yet."""
    return 0 if is_ is None or should_be is None else is_ - should_be
