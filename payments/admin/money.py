"""The page that explains the money of one order, entry by entry."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from payments.admin.marks import STYLE
from payments.models import Payment
from payments.statement import statement

PERMISSION = "payments.view_entry"


def may_see_money(request: HttpRequest) -> bool:
    return request.user.has_perm(PERMISSION)


def money_page(site: admin.ModelAdmin, request: HttpRequest, payment: Payment) -> HttpResponse:
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _("Money of order %(number)s") % {"number": payment.order.number},
        "media": site.media + forms.Media(css=STYLE),
        "original": payment.order,
        "statement": statement(payment),
    }
    return TemplateResponse(request, "payments/admin/money.html", context)
