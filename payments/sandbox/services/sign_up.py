"""Opening a merchant's account, finding it by its key, and changing what it wants."""

from dataclasses import dataclass

from django.utils import timezone

from payments.sandbox.book import writing
from payments.sandbox.models import Event, Merchant
from payments.sandbox.services.ids import hashed, new_id, new_secret
from payments.sandbox.webhooks.bell import BELL
from payments.sandbox.webhooks.retries import GIVES_UP_AFTER


@dataclass(frozen=True, slots=True)
class NewMerchant:
    """A merchant with the key that is shown this once."""

    merchant: Merchant
    api_key: str


def sign_up(*, name: str, webhook_url: str) -> NewMerchant:
    """Open an account."""
    api_key = new_secret("sk_test")
    with writing():
        merchant = Merchant.objects.create(
            public_id=new_id("mer"),
            name=name,
            api_key_hash=hashed(api_key),
            webhook_secret=new_secret("whsec"),
            webhook_url=webhook_url,
        )
    return NewMerchant(merchant, api_key)


def merchant_of_key(api_key: str) -> Merchant | None:
    """Find the merchant whose key this is."""
    return Merchant.objects.filter(api_key_hash=hashed(api_key)).first()


def change_terms(*, merchant: Merchant, terms: dict[str, object]) -> None:
    """Change fees, for what is captured or disputed from now on, or the faults of reports."""
    with writing():
        Merchant.objects.filter(pk=merchant.pk).update(**terms)
    for name, value in terms.items():
        setattr(merchant, name, value)


def change_webhook_url(*, merchant: Merchant, webhook_url: str) -> None:
    """Send events to another address from now on, and at once those that never arrived."""
    now = timezone.now()
    with writing():
        merchant.webhook_url = webhook_url
        merchant.save(update_fields=["webhook_url"])
        late = Event.objects.filter(
            merchant=merchant,
            delivered_at=None,
            copies__gt=0,
            created_at__gt=now - GIVES_UP_AFTER,
        )
        late.update(next_try_at=now if webhook_url else None)
    BELL.ring()
