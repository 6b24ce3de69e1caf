"""The page itself: the beginning of each section, or one of them page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from orders.keyset import FIRST, page_of
from payments.admin.marks import STYLE
from payments.admin.queue.row import SEE_ORDERS, Row, may
from payments.admin.queue.sections import SECTIONS, Section

GLANCE: Final = 5
"""Rows of each section where all are shown."""
PER_PAGE: Final = 25
MOST_COUNTED: Final = 100


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a section; `before` and `after` are the places of the pages beside them."""

    section: Section
    rows: list[Row]
    counted: str
    before: str
    after: str


def may_see_queue(request: HttpRequest) -> bool:
    return any(section.seen_by(request) for section in SECTIONS)


def queue_page(site: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    """All sections that this person may see, or the one that the address names."""
    seen = [section for section in SECTIONS if section.seen_by(request)]
    if not seen:
        raise PermissionDenied
    name, place = request.GET.get("of", ""), request.GET.get("from", FIRST)
    chosen = [section for section in seen if name in {"", section.name}]
    if not chosen:
        raise Http404
    size = PER_PAGE if name else GLANCE
    parts = [
        _part(section, request, size=size, place=place if name else FIRST) for section in chosen
    ]
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _("What needs you"),
        "media": site.media + forms.Media(css=STYLE),
        "parts": [part for part in parts if part.rows],
        "whole": bool(name),
        "can_see_orders": may(request, SEE_ORDERS),
    }
    return TemplateResponse(request, "payments/admin/queue.html", context)


def _part(section: Section, request: HttpRequest, *, size: int, place: str) -> Part:
    waiting = section.waiting(request)
    page = page_of(waiting, among=section.known(), by=section.by, size=size, place=place)
    beyond = page.before or page.after
    count = waiting.order_by().values("pk")[: MOST_COUNTED + 1].count() if beyond else 0
    count = count or len(page.rows)
    counted = f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
    return Part(section, section.rows(request, page.rows), counted, page.before, page.after)
