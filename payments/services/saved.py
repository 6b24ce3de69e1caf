"""Ways to pay that a shopper asked us to remember."""

from __future__ import annotations

from payments.models import Attempt, SavedMethod
from payments.providers.base import SavedMethodSeen


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
