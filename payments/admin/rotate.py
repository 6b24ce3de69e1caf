"""The page to give an account a new webhook address and secret, and to end the old ones early."""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from orders.formats import format_moment
from payments.admin.marks import STYLE
from payments.admin.sealed import PREFIX, given_secrets, secret_field, secret_names
from payments.conf import payment_settings
from payments.errors import PaymentError
from payments.models import ProviderAccount
from payments.registry import capabilities_of
from payments.services.rotate import end_rotation, rotate_webhook
from payments.services.whose_key import misfits_among

PERMISSION: Final = "payments.rotate_webhook"


def may_rotate(request: HttpRequest) -> bool:
    return request.user.has_perm(PERMISSION)


def address(token: str) -> SafeString:
    where = reverse("payments:hook", args=[token])
    return format_html("<code>{}{}</code>", payment_settings().base_url, where)


def until_of(account: ProviderAccount) -> str:
    """Until when the old address and secrets are good, as staff read it."""
    return format_moment(account.old_until) if account.old_until else ""


class RotateForm(forms.Form):
    """Takes the signing secrets that come with the new address, where they are known already."""

    def __init__(self, account: ProviderAccount, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        self.account = account
        held = secret_names(account)
        for name in capabilities_of(account).webhook_secrets:
            if name in held:
                self.fields[PREFIX + name] = secret_field(name)

    def clean(self) -> None:
        super().clean()
        for name, why in misfits_among(self.account, given_secrets(self.cleaned_data)).items():
            self.add_error(PREFIX + name, f"{capfirst(why)}.")


def rotate_page(
    site: admin.ModelAdmin, request: HttpRequest, account: ProviderAccount
) -> HttpResponse:
    """Say what it means, then do it and return to the account, which shows both addresses."""
    try:
        form = RotateForm(account, request.POST.dict() if request.method == "POST" else None)
        if form.is_valid():
            site.message_user(request, _act(site, request, form), messages.SUCCESS)
            return redirect("admin:payments_provideraccount_change", account.pk)
    except PaymentError as refusal:
        site.message_user(request, f"{capfirst(str(refusal))}.", messages.ERROR)
        return redirect("admin:payments_provideraccount_change", account.pk)
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _("Rotate the webhook address of %(account)s") % {"account": account},
        "media": site.media + forms.Media(css=STYLE),
        "original": account,
        "until": until_of(account) if account.rotating else "",
        "form": form,
    }
    return TemplateResponse(request, "payments/admin/rotate.html", context)


def _act(site: admin.ModelAdmin, request: HttpRequest, form: RotateForm) -> str:
    """Rotate, or end the rotation; note who did, and return what to say."""
    account = form.account
    if "end" in request.POST:
        end_rotation(account_id=account.pk)
        site.log_change(request, account, _("Ended the old webhook address and secret"))
        return _("The old address and secret are refused within half a minute.")
    secrets = given_secrets(form.cleaned_data)
    account = rotate_webhook(account_id=account.pk, secrets=secrets)
    noted = _("Rotated the webhook address; the old one is good until %(moment)s")
    site.log_change(request, account, noted % {"moment": until_of(account)})
    return _("Give the new address to the provider. The old one is good until %(moment)s.") % {
        "moment": until_of(account)
    }
