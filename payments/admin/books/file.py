"""Settlement files and bank statements: how far each is read, and what of it cannot be."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.formats import format_moment
from payments.admin.books.book import STYLE, BookAdmin
from payments.admin.books.filters import AccountFilter
from payments.admin.books.upload import may_import, take_back_page, upload_page
from payments.admin.marks import badge_mark, under
from payments.models import Discrepancy, SettlementFile
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState
from payments.models.settlement import DEAD_FILES, FileKind, FileState
from payments.reconciliation.days import Side

MOST_BAD = 100
"""Lines that cannot be read, of one file, that its page shows; the list has the others."""
SEE_PROOFS = "payments.view_daybalance"
BUSY = (FileState.WAITING, FileState.READING)


class FileAdmin(BookAdmin):
    change_list_template = "payments/admin/books/files.html"
    change_form_template = "payments/admin/books/file.html"
    list_display = ["name", "state_why", "days_of", "lines_of", "came"]
    list_filter = ["state", "kind", AccountFilter]
    list_select_related = ["account", "uploaded_by"]
    search_fields = ["name"]
    search_help_text = gettext_lazy("Name of the file, or how it begins; its whole fingerprint")
    fields = [
        *("whose", "days", "state_mark", "lines", "unread"),
        *("bytes", "sha256", "source", "sender", "came"),
    ]

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[SettlementFile]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SettlementFile], search_term: str
    ) -> tuple[QuerySet[SettlementFile], bool]:
        term = search_term.strip()
        found = queryset.filter(name__istartswith=term) | queryset.filter(sha256=term.lower())
        return (found if term else queryset), False

    @admin.display(description=gettext_lazy("of"))
    def whose(self, file: SettlementFile) -> str:
        return file.account.code if file.account else _("our bank account")

    @admin.display(description=gettext_lazy("days"))
    def days(self, file: SettlementFile) -> str:
        if file.first_day is None or file.last_day is None:
            return str(self.get_empty_value_display())
        first, last = date_format(file.first_day), date_format(file.last_day)
        if first == last:
            return first
        return _("%(first)s to %(last)s") % {"first": first, "last": last}

    @admin.display(description=gettext_lazy("state"))
    def state_mark(self, file: SettlementFile) -> SafeString:
        return badge_mark(FileState(file.state))

    def progress(self, file: SettlementFile) -> str:
        return _("%(percent)s %%") % {"percent": percent(file)} if file.state in BUSY else ""

    @admin.display(description=gettext_lazy("state"))
    def state_why(self, file: SettlementFile) -> SafeString:
        """And why it is refused, or how far it is."""
        return under(self.state_mark(file), self.refusal(file) or self.progress(file))

    @admin.display(description=gettext_lazy("days"))
    def days_of(self, file: SettlementFile) -> SafeString:
        return under(self.days(file), self.whose(file))

    @admin.display(description=gettext_lazy("lines"))
    def lines_of(self, file: SettlementFile) -> SafeString:
        bad = _("%(count)s unreadable") % {"count": self.unread(file)} if file.bad_lines else ""
        return under(self.lines(file), bad)

    @admin.display(description=gettext_lazy("lines"))
    def lines(self, file: SettlementFile) -> str:
        return grouped(file.lines_read)

    @admin.display(description=gettext_lazy("unreadable"))
    def unread(self, file: SettlementFile) -> str:
        return grouped(file.bad_lines)

    @admin.display(description=gettext_lazy("size"))
    def bytes(self, file: SettlementFile) -> str:
        return filesizeformat(file.size)

    def refusal(self, file: SettlementFile) -> str:
        if file.why_line is None:
            return file.refused_for
        return _("line %(line)s: %(why)s") % {"line": file.why_line, "why": file.refused_for}

    @admin.display(description=gettext_lazy("uploaded by"))
    def sender(self, file: SettlementFile) -> str:
        return str(file.uploaded_by or self.get_empty_value_display())

    @admin.display(description=gettext_lazy("came in"))
    def came(self, file: SettlementFile) -> str:
        return format_moment(file.created_at)

    def get_urls(self) -> list[URLPattern]:
        upload = self.admin_site.admin_view(self.upload_view)
        back = self.admin_site.admin_view(self.take_back_view)
        own = [
            path("upload/", upload, name="payments_settlementfile_upload"),
            path("<int:pk>/take-back/", back, name="payments_settlementfile_take_back"),
        ]
        return [*own, *super().get_urls()]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        if not (may_import(request) and self.has_view_permission(request)):
            raise PermissionDenied
        return upload_page(self, request)

    def take_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not (may_import(request) and self.has_view_permission(request)):
            raise PermissionDenied
        return take_back_page(self, request, get_object_or_404(self.get_queryset(request), pk=pk))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "may_import": may_import(request)}
        return super().changelist_view(request, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        file: SettlementFile = kwargs["obj"]
        asked = Discrepancy.objects.filter(file=file).exclude(state=DiscrepancyState.DRAFT)
        bad = asked.filter(kind=DiscrepancyKind.UNPARSEABLE_LINE)
        context |= {
            "file": file,
            "busy": file.state in BUSY,
            "percent": percent(file),
            "lines": grouped(file.lines_read),
            "bad": list(bad.order_by("line_no")[:MOST_BAD]) if file.bad_lines else [],
            "may_take_back": may_import(request) and file.state not in DEAD_FILES,
            "is_statement": file.kind == FileKind.STATEMENT,
            "proofs": _proofs(request, file),
        }
        return super().render_change_form(request, context, *args, **kwargs)


def _proofs(request: HttpRequest, file: SettlementFile) -> list[Side]:
    """In which currencies its last day is proven, for who may see that."""
    if file.account is None or not file.last_day or not request.user.has_perm(SEE_PROOFS):
        return []
    currencies = file.totals.order_by("currency").values_list("currency", flat=True).distinct()
    return [Side(file.account, currency) for currency in currencies]


def grouped(count: int) -> str:
    return number_format(count, force_grouping=True)


def percent(file: SettlementFile) -> int:
    """How much of it is read; 100 only once it is at its end."""
    return min(99, file.bytes_read * 100 // max(file.size, 1))
