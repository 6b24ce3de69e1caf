"""Webhooks whose signature could not be checked at the door: verified here, then stored anew."""

from __future__ import annotations

import logging

from orders.clock import now
from payments.models import InboxEvent
from payments.models.inbox import AGAIN
from payments.providers.base import (
    ParsedWebhook,
    RawRequest,
    Refused,
    Verdict,
)
from payments.providers.protocol import Provider, VerifiesLater
from payments.services.receive import receive_all
from payments.services.refusals import count_refusal
from payments.services.told import raw_of
from payments.services.verify import verify
from payments.states import InboxState

logger = logging.getLogger("till.hooks")


def verify_and_store(event: InboxEvent) -> None:
    """Verify a deferred request, which may call out, and store its events. Twice: no change.

    A forgery is put aside and counted, what nobody can read is given up for a person to see.
    Raises ProviderError where no verdict can be had now.
    """
    raw = raw_of(event)
    parsed = verify(event.account, lambda provider: _judge(provider, raw, event))
    if parsed.verdict == Verdict.VERIFIED:
        receive_all(account=event.account, events=parsed.events, raw=raw)
        # The signature has served, and the body is kept with the events.
        _settle(event, state=InboxState.DONE, body=b"", headers={}, forgotten_at=now())
    else:
        logger.warning("webhook for %s refused: %s", event.account.code, parsed.reason)
        count_refusal(event.account, parsed.refused)
        unreadable = parsed.refused == Refused.MALFORMED
        state = InboxState.DEAD if unreadable else InboxState.IGNORED
        _settle(event, state=state, last_error=parsed.reason[:200])


def _judge(provider: Provider, raw: RawRequest, event: InboxEvent) -> ParsedWebhook:
    if isinstance(provider, VerifiesLater):
        return provider.verify_webhook(raw, event.received_at)
    reason = "its provider verifies nothing later"
    return ParsedWebhook(Verdict.REJECTED, refused=Refused.MALFORMED, reason=reason)


def _settle(event: InboxEvent, **changes: object) -> None:
    waiting = InboxEvent.objects.filter(pk=event.pk, state__in=AGAIN)
    waiting.update(**{"done_at": now(), "next_run_at": None, "last_error": ""} | changes)
