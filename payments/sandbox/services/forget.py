"""Forgetting a saved card."""

from django.utils import timezone

from payments.sandbox.book import writing
from payments.sandbox.errors import not_found
from payments.sandbox.models import Merchant, SavedCard


def forget_card(*, merchant: Merchant, public_id: str) -> None:
    """Make a saved card unusable; raises Refused for one that never was.

    A second call changes nothing.
    """
    cards = SavedCard.objects.filter(merchant=merchant, public_id=public_id)
    with writing():
        cards.filter(deleted_at=None).update(deleted_at=timezone.now())
    if not cards.exists():
        raise not_found("You have no such saved card.")
