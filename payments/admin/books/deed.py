"""The page of one deed: a form, or a button alone; done once, with its audit row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from payments.admin.books.amounts import booked, difference, side
from payments.admin.books.book import STYLE
from payments.admin.books.decide import DEEDS, WORDS, Deed, allowed, is_mine, offered
from payments.errors import DiscrepancyRefused
from payments.models import Discrepancy
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState, Resolution
from payments.reconciliation.effects import effect
from payments.reconciliation.guides import GUIDES
from payments.reconciliation.resolve import needs_approval

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = "admin:payments_discrepancy_change"
OF_WORK = {"resolve", "evidence"}
"""What only whoever looks after it can do; the pages of the others say why they cannot be done."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which deed about which discrepancy."""

    site: admin.ModelAdmin
    request: HttpRequest
    row: Discrepancy
    name: str

    @property
    def deed(self) -> Deed:
        return DEEDS[self.name]

    def say(self, text: str, level: int) -> None:
        self.site.message_user(self.request, text, level)


def deed_page(asked: Asked) -> HttpResponse:
    if not allowed(asked.request, asked.row, asked.name):
        raise PermissionDenied
    return _by_form(asked) if asked.deed.form else _by_button(asked)


def _by_button(asked: Asked) -> HttpResponse:
    if asked.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        _do(asked, {})
    except DiscrepancyRefused as refusal:
        asked.say(f"{capfirst(str(refusal))}.", messages.ERROR)
    return redirect(PAGE, asked.row.pk)


def _by_form(asked: Asked) -> HttpResponse:
    site, request, row = asked.site, asked.request, asked.row
    assert asked.deed.form is not None  # noqa: S101  # else it is done by its button
    if request.method == "GET" and asked.name in OF_WORK - set(offered(request, row)):
        asked.say(_why_not(row), messages.WARNING)
        return redirect(PAGE, row.pk)
    if request.method == "GET" and asked.name == "approve" and is_mine(request, row):
        asked.say(_("You proposed this: somebody else approves it."), messages.WARNING)
        return redirect(PAGE, row.pk)
    form = asked.deed.form(row, request.POST.dict() if request.method == "POST" else None)
    if form.is_valid():
        try:
            _do(asked, form.cleaned_data)
        except DiscrepancyRefused as refusal:
            form.add_error(None, f"{capfirst(str(refusal))}.")
        else:
            return redirect(PAGE, row.pk)
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _title(request, row, asked.name),
        "media": site.media + forms.Media(css=STYLE),
        "original": row,
        "form": form,
        **_told(row),
    }
    template = f"payments/admin/books/{asked.name}.html"
    return TemplateResponse(request, template, context, status=400 if form.errors else 200)


def _why_not(row: Discrepancy) -> str:
    if row.state == DiscrepancyState.RESOLVED:
        return _("This is settled already.")
    if row.state == DiscrepancyState.PROPOSED:
        return _("This waits for approval.")
    return _("%(person)s looks after this: take it over first.") % {"person": row.owner}


def _do(asked: Asked, typed: dict[str, Any]) -> None:
    """What was asked and its audit row, both or neither; then say how it went."""
    row, deed, by = asked.row, asked.deed, asked.request.user.pk
    assert by is not None  # noqa: S101  # nobody else comes to the admin
    own = asked.name == "reject" and is_mine(asked.request, row)
    said = _said_back if own else deed.said
    with transaction.atomic():
        if done := deed.do(row, by, typed):
            row.refresh_from_db()
            asked.site.log_change(asked.request, row, said(row, typed))
    if done:
        asked.say(said(row, typed), messages.SUCCESS)
    else:
        asked.say(_("This was done already. Nothing more happened."), messages.WARNING)


def _said_back(_row: Discrepancy, typed: dict[str, Any]) -> str:
    taken = _("Taken back.")
    return f"{taken} {typed['note']}"


def _title(request: HttpRequest, row: Discrepancy, name: str) -> StrOrPromise:
    if name == "reject" and is_mine(request, row):
        return _("Take back what you proposed")
    titles = {
        "evidence": _("Note evidence"),
        "resolve": _("Resolve a discrepancy"),
        "approve": _("Approve how it is settled"),
        "reject": _("Reject how it is to be settled"),
    }
    return titles[name]


def _told(row: Discrepancy) -> dict[str, Any]:
    """What is decided about: both amounts, what is proposed, and what that does."""
    told = {
        "guide": GUIDES[DiscrepancyKind(row.kind)],
        "ours": side(row, row.our_money),
        "theirs": side(row, row.their_money),
        "difference": difference(row),
        "waits": needs_approval(row),
    }
    if row.resolution and row.resolution != Resolution.AUTO:
        way = Resolution(row.resolution)
        told |= {"way": WORDS[way], "effect": effect(row.kind, way), "booked": booked(row, way)}
    return told
