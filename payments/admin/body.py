"""The whole body of a webhook, for those who may see it; each reading is noted."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Final

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from payments.admin.marks import STYLE
from payments.models import InboxEvent

PERMISSION: Final = "payments.view_webhook_body"


def may_see_body(request: HttpRequest) -> bool:
    return request.user.has_perm(PERMISSION)


def body_page(site: admin.ModelAdmin, request: HttpRequest, event: InboxEvent) -> HttpResponse:
    site.log_change(request, event, _("Read the whole body"))
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _("Body of %(event)s") % {"event": event},
        "media": site.media + forms.Media(css=STYLE),
        "original": event,
        "body": _readable(bytes(event.body)),
    }
    return TemplateResponse(request, "payments/admin/body.html", context)


def _readable(body: bytes) -> str:
    text = body.decode(errors="replace")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text
