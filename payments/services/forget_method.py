"""A shopper takes back a way to pay that was kept for them."""

from __future__ import annotations

import logging
from typing import Final

from django.db.models import F, Q

from orders.clock import now
from orders.sweep import each
from orders.wake import wake
from payments.errors import PaymentError
from payments.models import SavedMethod
from payments.models.saved import LEAVING
from payments.providers.errors import NotFound, ProviderError
from payments.providers.protocol import ForgetsMethods
from payments.registry import provider_for
from payments.schedule import next_removal

logger = logging.getLogger("till.payments")
TASK: Final = "payments.forget_methods"
BATCH: Final = 100


def remove_method(*, user_id: int, token: str) -> bool:
    """Offer it no more, at once, and have its provider let it go. Twice: no change, False."""
    own = SavedMethod.objects.filter(user_id=user_id, token=token, removed_at=None)
    if not own.update(removed_at=now()):
        return False
    wake(TASK)
    return True


def forget_removed_methods() -> int:
    """Tell providers of up to a hundred whose time has come; returns how many were due.

    One that its provider does not let go is put off, the older the longer, and told of again by
    the same key; see `each`.
    """
    moment = now()
    due = SavedMethod.objects.filter(LEAVING, Q(next_run_at=None) | Q(next_run_at__lte=moment))
    first = due.select_related("account").order_by(F("next_run_at").asc(nulls_first=True), "pk")
    batch = list(first[:BATCH])
    each(batch, _claim_and_forget)
    return len(batch)


def _claim_and_forget(method: SavedMethod) -> None:
    """One worker takes it; whatever becomes of the call, it is not told of without a pause."""
    moment = now()
    removed = method.removed_at or moment  # nobody's, since its shopper was deleted
    again = next_removal(removed, at=moment)
    as_read = SavedMethod.objects.filter(LEAVING, pk=method.pk, next_run_at=method.next_run_at)
    if as_read.update(removed_at=removed, next_run_at=again) and _let_go(method):
        mine = SavedMethod.objects.filter(LEAVING, pk=method.pk, next_run_at=again)
        nothing = {"brand": "", "last4": "", "fingerprint": ""}
        mine.update(forgotten_at=now(), next_run_at=None, user=None, **nothing)


def _let_go(method: SavedMethod) -> bool:
    try:
        provider = provider_for(method.account)
        if isinstance(provider, ForgetsMethods):
            provider.forget_method(method.provider_id, f"{method.token}:forget")
    except NotFound:
        pass  # they have let it go already
    except (ProviderError, PaymentError) as error:
        code, name = method.account.code, method.provider_id
        logger.warning("the saved card %s at %s is not let go yet: %s", name, code, error)
        return False
    return True
