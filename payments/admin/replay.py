"""The page on which staff have webhook events applied again, and read what came of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from payments.admin.marks import STYLE, badge_mark
from payments.models import InboxEvent
from payments.models.inbox import REPLAYABLE
from payments.services.replay import MOST, Replayed, replay
from payments.states import InboxState

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

PERMISSION: Final = "payments.replay_webhook"


def may_replay(request: HttpRequest) -> bool:
    return request.user.has_perm(PERMISSION)


def replay_page(site: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    """List the chosen events; once the button is pressed, apply them and say how each went."""
    events = _chosen(request.POST if request.method == "POST" else request.GET)
    results = list(replay(events)) if request.method == "POST" else []
    for result in results:
        site.log_change(request, result.event, _noted(result))
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _("Replay webhook events"),
        "media": site.media + forms.Media(css=STYLE),
        "events": [(event, _badge(event), event.last_error) for event in events if not results],
        "results": [(it.event, _badge(it.event), it.why) for it in results],
        "done": sum(result.done for result in results),
    }
    return TemplateResponse(request, "payments/admin/replay.html", context)


def _chosen(asked: dict[str, str]) -> list[InboxEvent]:
    """The events whose keys are in `ids`, oldest first; what cannot be replayed is left out."""
    keys = [int(key) for key in asked.get("ids", "").split(",") if key.isascii() and key.isdigit()]
    events = InboxEvent.objects.filter(pk__in=keys[:MOST], state__in=REPLAYABLE)
    return list(events.select_related("account").order_by("pk"))


def _badge(event: InboxEvent) -> SafeString:
    return badge_mark(InboxState(event.state))


def _noted(result: Replayed) -> str:
    """The audit row of one event."""
    if result.done:
        return _("Replayed: done")
    return _("Replayed, not done: %(why)s") % {"why": Truncator(result.why).chars(200)}
