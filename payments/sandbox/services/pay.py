"""What a shopper does on a page: pay, answer the issuer, or cancel."""

from django.utils import timezone

from payments.sandbox.book import writing
from payments.sandbox.choices import BY_TOKEN
from payments.sandbox.instruments import Instrument
from payments.sandbox.models import Payment, PaymentStatus
from payments.sandbox.services.charge import charge, choose, spent
from payments.sandbox.services.close import CANCELLATION, expire
from payments.sandbox.services.move import OPEN, Facts, move

UNKNOWN_SHOPPER = "authentication_failed"


def pay_with(*, payment: Payment, instrument: Instrument) -> bool:
    """Pay with what was chosen, once. False when this call changed nothing."""
    with writing():
        return _in_time(payment) and choose(payment=payment, instrument=instrument)


def approve(*, payment: Payment) -> bool:
    """Tell the issuer that the payment is wanted. False when this call changed nothing."""
    instrument, scenario = BY_TOKEN[payment.instrument], payment.plays
    with writing():
        return _in_time(payment) and charge(
            payment=payment, instrument=instrument, scenario=scenario
        )


def refuse(*, payment: Payment) -> bool:
    """Tell the issuer that nobody ordered this. False when this call changed nothing."""
    facts: Facts = {"status": PaymentStatus.DECLINED, "decline_code": UNKNOWN_SHOPPER}
    with writing():
        return _in_time(payment) and move(
            payment=payment, since=OPEN, facts=facts | spent(BY_TOKEN[payment.instrument])
        )


def cancel(*, payment: Payment) -> bool:
    """Close an unfinished payment. True when this call closed it, False when it was finished."""
    with writing():
        return _in_time(payment) and move(payment=payment, since=OPEN, facts=CANCELLATION)


def close_if_late(*, payment: Payment) -> None:
    """Close what nobody paid in time, once it is looked at. A second call changes nothing."""
    if payment.is_open and payment.expires_at <= timezone.now():
        with writing():
            expire(payment=payment)


def _in_time(payment: Payment) -> bool:
    # The clockwork may be late after a crash; no money is taken on that ground.
    if payment.expires_at > timezone.now():
        return True
    expire(payment=payment)
    return False
