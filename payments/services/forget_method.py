"""A shopper takes back a way to pay that was kept for them."""

from __future__ import annotations

import logging
from typing import Final

from orders.clock import now
from orders.wake import wake
from payments.errors import PaymentError
from payments.models import SavedMethod
from payments.providers.errors import NotFound, ProviderError
from payments.providers.protocol import ForgetsMethods
from payments.registry import provider_for

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
    """Tell providers of up to a hundred; returns how many they have let go.

    One whose provider does not answer is told again with the next sweep, by the same key.
    """
    removed = SavedMethod.objects.filter(removed_at__isnull=False).select_related("account")
    return sum(_forget(method) for method in removed.order_by("removed_at")[:BATCH])


def _forget(method: SavedMethod) -> bool:
    try:
        provider = provider_for(method.account)
        if isinstance(provider, ForgetsMethods):
            provider.forget_method(method.provider_id, f"{method.token}:forget")
    except NotFound:
        pass  # they have let it go already
    except (ProviderError, PaymentError) as error:
        logger.warning("a saved way to pay is not forgotten yet: %s", error)
        return False
    method.delete()
    return True
