"""Opening a payment: for a shopper who comes to a page, or with a saved card."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from django.db import IntegrityError, transaction
from django.utils import timezone

from payments.sandbox.choices import BY_TOKEN
from payments.sandbox.errors import Problem, Refused, conflict
from payments.sandbox.models import Act, Merchant, Method, Payment, SavedCard
from payments.sandbox.services.charge import use_saved
from payments.sandbox.services.ids import new_id
from payments.sandbox.services.later import plan


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What a merchant asks a shopper to pay; amount in minor units."""

    reference: str
    amount: int
    currency: str
    description: str
    return_url: str
    method: Method
    lives: timedelta
    save_card: bool
    saved_card: str
    """The id of the card to charge, or nothing."""
    hold: timedelta | None = None
    """How long to hold the money, for the merchant to capture; none: capture it at once."""


def open_payment(*, merchant: Merchant, order: PaymentOrder, base_url: str) -> Payment:
    """Write a payment that waits for its shopper, or charge its saved card; raises Refused.

    Runs inside the caller's transaction. `base_url` is where the merchant reached the bank.
    """
    card = _card_in_use(merchant, order.saved_card) if order.saved_card else None
    payment = _written(merchant, order, base_url)
    if card is not None:
        use_saved(payment=payment, card=card, instrument=BY_TOKEN[card.token])
    if payment.is_open:
        plan(act=Act.EXPIRE, payment=payment, due_at=payment.expires_at)
    return payment


def _written(merchant: Merchant, order: PaymentOrder, base_url: str) -> Payment:
    now = timezone.now()
    payment = Payment(
        public_id=new_id("pay"),
        checkout_token=secrets.token_hex(16),
        merchant=merchant,
        reference=order.reference,
        amount=order.amount,
        currency=order.currency,
        description=order.description,
        return_url=order.return_url,
        base_url=base_url,
        method=order.method,
        save_card=order.save_card,
        hold=order.hold,
        expires_at=now + order.lives,
        created_at=now,
        updated_at=now,
    )
    try:
        with transaction.atomic():
            payment.save(force_insert=True)
    except IntegrityError:
        message = "A payment with this reference exists."
        raise conflict("reference_taken", message, "reference") from None
    return payment


def _card_in_use(merchant: Merchant, public_id: str) -> SavedCard:
    kept = SavedCard.objects.filter(merchant=merchant, public_id=public_id, deleted_at=None)
    # The update holds the row: who deletes the card now waits until it is charged.
    if not kept.update(used_at=timezone.now()):
        message = "There is no such saved card any more."
        gone = HTTPStatus.UNPROCESSABLE_ENTITY
        raise Refused(Problem(gone, "saved_card_gone", message, "saved_card"))
    return kept.get()
