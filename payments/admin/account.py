"""Provider accounts: to read, to take out of use, and to give new secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from orders.formats import format_moment
from payments.admin.keys import KeysForm, ask_whose_keys, refused_keys
from payments.admin.marks import STYLE
from payments.admin.offered import OFFERED, choices_of, offered_field, withheld_of
from payments.admin.rotate import address, may_rotate, rotate_page, until_of
from payments.admin.sealed import PREFIX, given_secrets, secret_field, secret_names
from payments.conf import payment_settings
from payments.models import FeeRule, ProviderAccount
from payments.models.account import Mode, RefusalReason
from payments.models.settlement import DEAD_FILES
from payments.queries import refusals_of
from payments.registry import has_fields
from payments.services.rotate import renew_secrets

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BOUND = ["mode", "merchant_id", "base_url"]
"""What secrets belong to."""
TIMES = ["report_zone", "settlement_days", "payout_days"]
"""What reports are compared by."""

UNTOLD_POST = method_decorator(sensitive_post_parameters())
UNTOLD = method_decorator(sensitive_variables())
"""Mails about errors tell nothing of what was typed there, and of no variable from there on."""


class FeeRuleInline(admin.TabularInline):
    """What a capture should cost; another fee is asked about once a report tells of it."""

    model = FeeRule
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: ProviderAccount | None = None) -> bool:
        return request.user.has_perm("payments.view_provideraccount") or self._may(request)

    def has_add_permission(self, request: HttpRequest, obj: ProviderAccount | None = None) -> bool:
        return self._may(request)

    def has_change_permission(
        self, request: HttpRequest, obj: ProviderAccount | None = None
    ) -> bool:
        return self._may(request)

    def has_delete_permission(
        self, request: HttpRequest, obj: ProviderAccount | None = None
    ) -> bool:
        return self._may(request)

    @staticmethod
    def _may(request: HttpRequest) -> bool:
        """Who may change the account may change what it should cost."""
        return request.user.has_perm("payments.change_provideraccount")


class ZoneField(forms.ChoiceField):
    """A time zone that this machine knows."""

    def __init__(self, **given: Any) -> None:
        names = sorted(available_timezones())
        super().__init__(**given, choices=[(name, name) for name in names])


def _counted(account: ProviderAccount | None) -> bool:
    """Whether its days are written down, or in a report: another zone would divide them anew."""
    if account is None:
        return False
    reports = account.settlement_files.exclude(state__in=DEAD_FILES)
    return reports.exists() or account.day_balances.exists()


class AccountAdmin(admin.ModelAdmin):
    list_display = ["code", "provider", "mode", "used_here", "merchant_id", "base_url", "active"]
    list_filter = ["mode", "active"]
    show_facets = admin.ShowFacets.NEVER
    change_form_template = "payments/admin/account.html"
    inlines = [FeeRuleInline]
    readonly_fields = [
        *("provider", "used_here", "hook_address", "old_address"),
        *("refused", "secrets_state", "offered_now"),
    ]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    class Media:
        css = STYLE

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: ProviderAccount | None = None
    ) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: ProviderAccount | None = None) -> list[Any]:
        account = ["code", "provider", "mode", "used_here", "merchant_id", "base_url", "active"]
        account += ["own_page"] if obj and has_fields(obj) else []
        changeable = self.has_change_permission(request, obj)
        account += ["offered" if changeable else "offered_now"] if obj and choices_of(obj) else []
        names = [PREFIX + name for name in secret_names(obj)] if changeable else []
        old = ["old_address"] if obj and obj.rotating else []
        return [
            (None, {"fields": account}),
            (_("Reports and payouts"), {"fields": TIMES}),
            (_("Webhooks"), {"fields": ["hook_address", *old, "refused"]}),
            (_("Secrets"), {"fields": names or ["secrets_state"]}),
        ]

    def get_form(
        self,
        request: HttpRequest,
        obj: ProviderAccount | None = None,
        change: bool = False,  # noqa: FBT001, FBT002  # Django's signature
        **kwargs: Any,
    ) -> type[forms.ModelForm]:
        fields: dict[str, forms.Field] = {
            PREFIX + name: secret_field(name) for name in secret_names(obj)
        }
        fields |= offered_field(obj)
        label = ProviderAccount._meta.get_field("report_zone").verbose_name  # noqa: SLF001  # Django's documented _meta
        zone = {} if _counted(obj) else {"report_zone": ZoneField(label=capfirst(label))}
        refused = {"refused": refused_keys(request)}
        kwargs["form"] = type("AccountForm", (KeysForm,), fields | zone | refused)
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(
        self, request: HttpRequest, obj: ProviderAccount | None = None
    ) -> list[str]:
        """Where secrets are sent stays as it is: another address would be handed the API key.

        So does the code once there was a payment, since the ledger names its accounts by it, and
        the zone once days were counted by it.
        """
        bound = BOUND if obj and obj.sealed_secrets else []
        named = ["code"] if obj and obj.attempts.exists() else []
        counted = ["report_zone"] if _counted(obj) else []
        return [*self.readonly_fields, *bound, *named, *counted]

    @transaction.non_atomic_requests
    @UNTOLD_POST
    @UNTOLD
    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        account = self.get_object(request, unquote(object_id)) if request.method == "POST" else None
        if account and self.has_change_permission(request, account):
            ask_whose_keys(request, account)
        return super().change_view(request, object_id, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: ProviderAccount, form: forms.ModelForm, *_: Any
    ) -> None:
        """Only what was typed: a rotation or a poll of the same moment keeps its own."""
        if "offered" in form.cleaned_data:
            obj.withheld = withheld_of(obj, form.cleaned_data["offered"])
        obj.save(update_fields=["code", "active", "own_page", "withheld", *TIMES])
        if given := given_secrets(form.cleaned_data):
            renew_secrets(account_id=obj.pk, given=given)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.rotate_view)
        own = path("<path:object_id>/rotate/", page, name="payments_provideraccount_rotate")
        return [own, *super().get_urls()]

    @UNTOLD_POST
    @UNTOLD
    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        account = self.get_object(request, unquote(object_id))
        if not (may_rotate(request) and self.has_view_permission(request, account)):
            raise PermissionDenied
        if account is None:
            raise Http404
        return rotate_page(self, request, account)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["can_rotate"] = may_rotate(request)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("used on this site"))
    def used_here(self, account: ProviderAccount) -> str:
        if account.mode == Mode.LIVE and not payment_settings().live:
            return _('no: the account is live, and PAYMENTS["live"] is not True')
        return _("yes")

    @admin.display(description=OFFERED)
    def offered_now(self, account: ProviderAccount) -> str:
        shown = [label for name, label in choices_of(account) if name not in account.withheld]
        return ", ".join(shown) or _("none")

    @admin.display(description=gettext_lazy("webhook address"))
    def hook_address(self, account: ProviderAccount) -> SafeString:
        return address(account.hook_token)

    @admin.display(description=gettext_lazy("old webhook address"))
    def old_address(self, account: ProviderAccount) -> SafeString:
        until = _("good until %(moment)s") % {"moment": until_of(account)}
        return format_html("{}<br>{}", address(account.old_hook_token or ""), until)

    @admin.display(description=gettext_lazy("refused in the last seven days"))
    def refused(self, account: ProviderAccount) -> StrOrPromise:
        lines = [
            (RefusalReason(reason).label, count, format_moment(last))
            for reason, count, last in refusals_of(account)
        ]
        if not lines:
            return _("none")
        words = _("%(reason)s: %(count)s, the last at %(moment)s")
        said = ((words % {"reason": r, "count": n, "moment": at},) for r, n, at in lines)
        return format_html_join(mark_safe("<br>"), "{}", said)

    @admin.display(description=gettext_lazy("secrets"))
    def secrets_state(self, account: ProviderAccount) -> str:
        if secret_names(account):
            return _("kept sealed; they are never shown")
        return _('no key in PAYMENTS["secret_keys"] opens them')
