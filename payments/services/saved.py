"""Ways to pay that a shopper asked us to remember."""

from __future__ import annotations

from typing import Final

from orders.clock import now
from payments.models import Attempt, SavedMethod
from payments.providers.base import Failure, SavedMethodSeen

GONE: Final = "saved_card_gone"


def remember_method(attempt: Attempt, seen: SavedMethodSeen) -> None:
    """Keep it for the signed-in shopper who agreed to that. A second call changes nothing."""
    user_id = attempt.payment.order.user_id
    if not (attempt.save_method and user_id):
        return
    saved = SavedMethod(
        account_id=attempt.account_id,
        user_id=user_id,
        method=attempt.method,
        provider_id=seen.provider_id,
        brand=seen.brand[:40],
        last4=seen.last4[:4],
    )
    SavedMethod.objects.bulk_create([saved], ignore_conflicts=True)


def drop_gone_method(attempt: Attempt, error: Failure) -> None:
    """Offer one no more that its provider no longer has. A second call changes nothing.

    The sweep of removed ones lets it go, here and there.
    """
    if error.code == GONE and attempt.saved_method_id:
        own = SavedMethod.objects.filter(pk=attempt.saved_method_id, removed_at=None)
        own.update(removed_at=now())
