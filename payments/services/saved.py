"""Ways to pay that a shopper asked us to remember."""

from __future__ import annotations

from typing import Final

from orders.clock import now
from payments.models import Attempt, SavedMethod
from payments.providers.base import Failure, SavedMethodSeen

GONE: Final = "saved_card_gone"


def remember_method(attempt: Attempt, seen: SavedMethodSeen) -> None:
    """Keep it for the shopper who agreed to that. A second call changes nothing.

    The same card kept before goes as if its shopper had removed it, so that it is offered once.
    What was removed comes back only by a later attempt, for which its shopper has agreed anew. Who
    was deleted meanwhile has nothing kept: the sweep lets it go.
    """
    if not attempt.save_method:
        return
    same = SavedMethod.objects.filter(account_id=attempt.account_id, provider_id=seen.provider_id)
    kept = same.first()
    if kept is None:
        _remove_older(attempt, seen)
        SavedMethod.objects.bulk_create([_as_agreed(attempt, seen)], ignore_conflicts=True)
    elif kept.removed_at and kept.removed_at < attempt.created_at:
        _remove_older(attempt, seen)
        anew = _as_agreed(attempt, seen)
        anew.pk = kept.pk
        anew.save(force_update=True)
    elif not (kept.removed_at or kept.fingerprint):  # kept before it was told
        same.filter(removed_at=None).update(fingerprint=seen.fingerprint[:64])


def _remove_older(attempt: Attempt, seen: SavedMethodSeen) -> None:
    owner = attempt.payment.order.user_id
    if seen.fingerprint and owner:
        own = SavedMethod.objects.filter(user_id=owner, account_id=attempt.account_id)
        same = own.filter(fingerprint=seen.fingerprint[:64], removed_at=None)
        same.exclude(provider_id=seen.provider_id).update(removed_at=now())


def _as_agreed(attempt: Attempt, seen: SavedMethodSeen) -> SavedMethod:
    return SavedMethod(
        account_id=attempt.account_id,
        user_id=attempt.payment.order.user_id,
        method=attempt.method,
        provider_id=seen.provider_id,
        brand=seen.brand[:40],
        last4=seen.last4[:4],
        fingerprint=seen.fingerprint[:64],
    )


def drop_gone_method(attempt: Attempt, error: Failure) -> None:
    """Offer one no more that its provider no longer has. A second call changes nothing.

    The sweep of removed ones lets it go, here and there.
    """
    if error.code == GONE and attempt.saved_method_id:
        own = SavedMethod.objects.filter(pk=attempt.saved_method_id, removed_at=None)
        own.update(removed_at=now())
