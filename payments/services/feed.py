"""Reading what providers list of events: each goes the way of a webhook, so that none is missed."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import datetime

from django.db import transaction
from django.db.models import F

from orders.clock import now
from orders.wake import wake
from payments.errors import NoAccount, PaymentError
from payments.models import Attempt, InboxEvent, ProviderAccount
from payments.models.inbox import DRAIN_TASK
from payments.models.trouble import LIST_EVENTS
from payments.providers.base import EventPage
from payments.providers.errors import NotFound, ProviderError
from payments.providers.protocol import Provider
from payments.registry import provider_for
from payments.services.calls import refuse_in_transaction
from payments.services.key_trouble import note_refused, note_taken
from payments.services.rate import take_token
from payments.services.receive import digest

logger = logging.getLogger("till.payments")
TASK = "payments.read_feeds"
PAGES = 20
"""So many pages of an account are read at a time; what is left is read a minute later."""


def read_feeds() -> None:
    """Read on in the events of every account that has a list of them.

    An account that does not answer is left for the next time, and the others are read. A second
    call, also at the same time, stores nothing twice.
    """
    with ExitStack() as accounts:  # which does all that it has to, also where some of it raises
        for account in ProviderAccount.objects.order_by("-pk"):
            accounts.callback(_read_account, account)


def _read_account(account: ProviderAccount) -> None:
    try:
        provider = provider_for(account)
        if provider.capabilities.event_feed:
            _read_on(account, provider)
    except NoAccount:
        pass  # this site calls nobody for it
    except NotFound:
        _begin_anew(account)
        _failed(account)
    except (ProviderError, PaymentError) as error:
        _failed(account)
        logger.warning("the events of %s are not read: %s", account.code, error)
        if isinstance(error, ProviderError):
            note_refused(account, LIST_EVENTS, error)


def _failed(account: ProviderAccount) -> None:
    ProviderAccount.objects.filter(pk=account.pk).update(feed_failures=F("feed_failures") + 1)


def _succeeded(account: ProviderAccount) -> None:
    note_taken(account, LIST_EVENTS)
    if account.feed_failures:
        here = ProviderAccount.objects.filter(pk=account.pk)
        here.update(feed_failures=0, feed_alerted_at=None)
        account.feed_failures = 0


def _read_on(account: ProviderAccount, provider: Provider) -> None:
    since = _all_known_before(account)
    for _page in range(PAGES):
        if not take_token(account.pk):
            return
        refuse_in_transaction(LIST_EVENTS)
        page = provider.list_events(account.feed_cursor, since)
        _succeeded(account)
        if not _store(account, page) or not page.more:
            return


def _all_known_before(account: ProviderAccount) -> datetime:
    """All that happened before was read, or before our first payment there, so that it is not ours.

    That an event is in the inbox says less: a webhook may have brought it, and others none.
    """
    if account.feed_read_at:
        return account.feed_read_at
    first = Attempt.objects.filter(account=account).order_by("pk").first()
    return first.created_at if first else now()


def _store(account: ProviderAccount, page: EventPage) -> bool:
    """Store what is not known yet and move the cursor behind it, both or neither.

    False where the cursor has moved meanwhile: only who moves it from where it was goes on.
    """
    rows = [
        InboxEvent(
            account=account,
            event_id=event.event_id or digest(event.body),
            kind=event.kind,
            body=event.body,
        )
        for event in page.events
    ]
    moved: dict[str, object] = {"feed_cursor": page.cursor}
    if not page.more:
        moved["feed_read_at"] = now()
    here = ProviderAccount.objects.filter(pk=account.pk, feed_cursor=account.feed_cursor)
    with transaction.atomic(durable=True):
        InboxEvent.objects.bulk_create(rows, ignore_conflicts=True)
        mine = here.update(**moved) == 1
        if rows:
            wake(DRAIN_TASK)
    account.feed_cursor = page.cursor
    return mine


def _begin_anew(account: ProviderAccount) -> None:
    """They do not know where we stand; what they list again is stored once all the same."""
    logger.warning("the place in the events of %s is forgotten there: read back", account.code)
    here = ProviderAccount.objects.filter(pk=account.pk, feed_cursor=account.feed_cursor)
    here.update(feed_cursor="")
