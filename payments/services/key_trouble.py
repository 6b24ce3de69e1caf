"""Noting that a provider does not let our key do what it must, until a call shows that it does."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from orders.clock import now
from payments.models import KeyTrouble, ProviderAccount
from payments.providers.errors import NotAuthorized, ProviderError, is_of_the_key
from payments.registry import forget_accounts

logger = logging.getLogger("till.payments")
LOGGED_EVERY: Final = timedelta(minutes=1)


def refused_for(error: ProviderError) -> dict[str, str]:
    """What a call keeps of an error that is about the key; else nothing."""
    if not isinstance(error, NotAuthorized) or not is_of_the_key(error):
        return {}
    restricted = error.refusal is not None and error.refusal.restricted
    return {"refused": "permission" if restricted else "key"}


def note_refused(account: ProviderAccount, verb: str, error: ProviderError) -> None:
    """Keep that a call was refused for its key, and log it once while that stands.

    A key that comes and goes is logged once a minute. Other errors say nothing of the key.
    """
    if not isinstance(error, NotAuthorized) or not is_of_the_key(error):
        return
    refusal, moment = error.refusal, now()
    of, lacks = (verb, refusal.lacks) if refusal and refusal.restricted else ("", "")
    row, made = KeyTrouble.objects.get_or_create(
        account=account, verb=of, defaults={"lacks": lacks, "logged_at": moment}
    )
    quiet = not made and row.logged_at is not None and row.logged_at > moment - LOGGED_EVERY
    begins = made or KeyTrouble.objects.filter(Q(since=None) | ~Q(lacks=lacks), pk=row.pk).update(
        since=Coalesce("since", moment),
        lacks=lacks,
        logged_at=row.logged_at if quiet else moment,
    )
    if begins or not account.key_refused:
        ProviderAccount.objects.filter(pk=account.pk).update(key_refused=True)
        account.key_refused = True
        forget_accounts()
    if begins and not quiet:
        _log(account.code, of, lacks)


def _log(code: str, verb: str, lacks: str) -> None:
    if not verb:
        logger.error("no key of %s is taken: payments_doctor %s says what to do", code, code)
        return
    told = 'the key of %s lacks %s for "%s": payments_doctor %s says what to do'
    logger.error(told, code, lacks or "a permission", verb, code)


def note_taken(account: ProviderAccount, verb: str) -> None:
    """End what stood against such a call. Costs nothing where nothing is known to stand."""
    if not account.key_refused:
        return
    standing = KeyTrouble.objects.filter(account=account.pk, since__isnull=False)
    standing.filter(verb__in=["", verb]).update(since=None)
    others = KeyTrouble.objects.filter(account=OuterRef("pk"), since__isnull=False)
    here = ProviderAccount.objects.filter(pk=account.pk)
    if here.exclude(Exists(others)).update(key_refused=False):
        account.key_refused = False
        forget_accounts()
