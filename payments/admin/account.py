"""Provider accounts: to read, to take out of use, and to give new secrets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.admin.marks import STYLE
from payments.conf import payment_settings
from payments.errors import SecretsUnreadable
from payments.models import ProviderAccount
from payments.models.account import Mode
from payments.vault import unseal

PREFIX = "secret_"
BOUND = ["mode", "merchant_id", "base_url"]
"""What secrets belong to."""


def secret_names(account: ProviderAccount | None) -> list[str]:
    """The names of an account's secrets; none where no key opens them."""
    try:
        return sorted(unseal(account.sealed_secrets)) if account else []
    except SecretsUnreadable:
        return []


def _secret_field(name: str) -> forms.CharField:
    label = name.replace("_", " ").capitalize()
    widget = forms.PasswordInput(attrs={"class": "vTextField", "autocomplete": "new-password"})
    help_text = _("Never shown. Leave it empty to keep the present one.")
    return forms.CharField(
        label=label, required=False, strip=True, widget=widget, help_text=help_text
    )


class AccountForm(forms.ModelForm):
    """Takes new secrets in and never gives one out."""

    def save(self, commit: bool = True) -> ProviderAccount:  # noqa: FBT001, FBT002  # Django's signature
        given = {
            name.removeprefix(PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX) and value
        }
        account: ProviderAccount = self.instance
        if given:
            account.set_secrets({**unseal(account.sealed_secrets), **given})
        return super().save(commit)  # type: ignore[no-any-return]  # stubs know no type of it


class AccountAdmin(admin.ModelAdmin):
    list_display = ["code", "provider", "mode", "used_here", "merchant_id", "base_url", "active"]
    list_filter = ["mode", "active"]
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = ["provider", "used_here", "hook_address", "secrets_state"]
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
        names = ["code", "provider", "mode", "used_here", "merchant_id", "base_url", "active"]
        account = [*names, "hook_address"]
        changeable = self.has_change_permission(request, obj)
        secrets = [PREFIX + name for name in secret_names(obj)] if changeable else []
        return [
            (None, {"fields": account}),
            (_("Secrets"), {"fields": secrets or ["secrets_state"]}),
        ]

    def get_form(
        self,
        request: HttpRequest,
        obj: ProviderAccount | None = None,
        change: bool = False,  # noqa: FBT001, FBT002  # Django's signature
        **kwargs: Any,
    ) -> type[forms.ModelForm]:
        secrets = {PREFIX + name: _secret_field(name) for name in secret_names(obj)}
        kwargs["form"] = type("AccountSecretsForm", (AccountForm,), secrets)
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(
        self, request: HttpRequest, obj: ProviderAccount | None = None
    ) -> list[str]:
        """Where secrets are sent stays as it is: another address would be handed the API key.

        So does the code once there was a payment, since the ledger names its accounts by it.
        """
        bound = BOUND if obj and obj.sealed_secrets else []
        named = ["code"] if obj and obj.attempts.exists() else []
        return [*self.readonly_fields, *bound, *named]

    @admin.display(description=gettext_lazy("used on this site"))
    def used_here(self, account: ProviderAccount) -> str:
        if account.mode == Mode.LIVE and not payment_settings().live:
            return _('no: the account is live, and PAYMENTS["live"] is not True')
        return _("yes")

    @admin.display(description=gettext_lazy("webhook address"))
    def hook_address(self, account: ProviderAccount) -> SafeString:
        where = reverse("payments:hook", args=[account.hook_token])
        return format_html("<code>{}{}</code>", payment_settings().base_url, where)

    @admin.display(description=gettext_lazy("secrets"))
    def secrets_state(self, account: ProviderAccount) -> str:
        if secret_names(account):
            return _("kept sealed; they are never shown")
        return _('no key in PAYMENTS["secret_keys"] opens them')
