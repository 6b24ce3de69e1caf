"""Telling staff at once of a payout that did not arrive; the books follow with the day's report."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import mail_managers
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from orders.clock import now
from orders.emails import UNSENDABLE
from orders.formats import format_money
from orders.money import Money
from payments.models import FailedPayout, InboxEvent
from payments.models.inbox import AGAIN
from payments.providers.payouts import PayoutSeen, TellsOfPayouts
from payments.registry import provider_for
from payments.services.calls import refuse_in_transaction
from payments.services.parked import ignore
from payments.states import InboxState

IN_REPORT: Final = "what was paid out is read from the provider's report"
ON_ITS_WAY: Final = "the provider says that this payout did not come back"
LEASE: Final = timedelta(minutes=5)
"""How long a mail may take; after that the next alerts send it again."""
logger = logging.getLogger("till.payments")


def hear_of_payout(event: InboxEvent, payout_id: str) -> None:
    """Ask what became of a payout and, where it came back, tell MANAGERS: once of each.

    That they are to be told and that the event is done commit together, and a mail that failed is
    sent with the next alerts. A second call changes nothing. Raises ProviderError.
    """
    provider = provider_for(event.account)
    if not isinstance(provider, TellsOfPayouts):
        ignore(event, IN_REPORT)
        return
    refuse_in_transaction("query_payout")
    seen = provider.query_payout(payout_id)
    if not seen.came_back:
        ignore(event, ON_ITS_WAY)
        return
    with transaction.atomic(durable=True):
        _owe(event, seen)
        InboxEvent.objects.filter(pk=event.pk, state__in=AGAIN).update(
            state=InboxState.DONE, done_at=now(), next_run_at=None, last_error=""
        )
    alert_of_failed_payouts()


def _owe(event: InboxEvent, seen: PayoutSeen) -> None:
    failed = FailedPayout(
        account_id=event.account_id,
        ref=seen.provider_id,
        currency=seen.amount.currency,
        amount=seen.amount.amount,
        reason=" ".join(seen.reason.split())[:200],
    )
    FailedPayout.objects.bulk_create([failed], ignore_conflicts=True)


def alert_of_failed_payouts() -> int:
    """Tell MANAGERS of payouts that came back and were not told of yet; returns of how many.

    A second call tells nobody anything; a mail that failed, or whose worker died, is sent then.
    """
    moment = now()
    until = moment + LEASE
    if not FailedPayout.objects.filter(tell_at__lte=moment).update(tell_at=until):
        return 0
    mine = FailedPayout.objects.filter(tell_at=until)
    failed = list(mine.select_related("account").order_by("pk"))
    logger.error("payouts did not arrive: %s", [payout.ref for payout in failed])
    try:
        _tell(failed)
    except UNSENDABLE as error:
        logger.warning("nobody was told of them: %s", type(error).__name__)
    else:
        mine.update(tell_at=None)
    return len(failed)


def _tell(failed: list[FailedPayout]) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            _("It failed or was cancelled, so its money is in the provider's balance again."),
            _(
                "Look at the bank account that is kept there: until it is right, no payout may "
                "arrive. The books follow with the report of that day."
            ),
            "",
            *map(_said, failed),
        ]
        mail_managers(_("A payout did not arrive"), "\n".join(lines))


def _said(payout: FailedPayout) -> str:
    """One line of the mail; the reason stands in the provider's own words."""
    money = format_money(Money(payout.amount, payout.currency))
    told = f"{payout.account.code} {payout.ref}: {money}"
    return f"{told} ({payout.reason})" if payout.reason else told
