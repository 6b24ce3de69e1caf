"""Charging an instrument: at once, after its issuer was asked, over some time, or held first."""

from django.utils import timezone

from payments.sandbox.instruments import Instrument
from payments.sandbox.models import Act, Payment, PaymentStatus, SavedCard
from payments.sandbox.pace import paced
from payments.sandbox.scenarios import HOLD_LAPSES, SCENARIOS, Holds, Scenario, Telling
from payments.sandbox.services.later import plan
from payments.sandbox.services.move import OPEN, Facts, claim, move

DECLINED_AGAIN = SCENARIOS["decline_insufficient_funds"]


def choose(*, payment: Payment, instrument: Instrument) -> bool:
    """Charge an open payment, or write that the issuer is to be asked first.

    Runs inside the caller's transaction. False when the payment was not open any more.
    """
    scenario = _scenario(payment, instrument)
    if scenario.challenged:
        facts: Facts = {"instrument": instrument.token, "scenario": scenario.name}
        return claim(payment=payment, since=OPEN, facts=facts)
    return charge(payment=payment, instrument=instrument, scenario=scenario)


def charge(*, payment: Payment, instrument: Instrument, scenario: Scenario) -> bool:
    """Take the money of an open payment, or hold it. Runs inside the caller's transaction."""
    paid_with = spent(instrument) | {"scenario": scenario.name, "mode": scenario.mode}
    processing = paid_with | {"status": PaymentStatus.PROCESSING}
    if scenario.settles_after:
        return move(payment=payment, since=OPEN, facts=processing) and _plan_settling(payment)
    if scenario.telling is Telling.REORDERED:
        return move(payment=payment, since=OPEN, facts=processing) and settle(payment=payment)
    return move(payment=payment, since=OPEN, facts=paid_with | _result(payment, scenario))


def settle(*, payment: Payment) -> bool:
    """Bring a payment that is processing to its end. A second call changes nothing."""
    since = [PaymentStatus.PROCESSING]
    if payment.plays.outlives_void:
        since.append(PaymentStatus.CANCELLED)
    return move(payment=payment, since=since, facts=_result(payment, payment.plays))


def spent(instrument: Instrument) -> Facts:
    """What the book keeps of an instrument that was charged."""
    is_card = instrument.method == "card"
    return {
        "instrument": instrument.token,
        "card_brand": str(instrument.name) if is_card else "",
        "card_last4": instrument.last4 if is_card else "",
    }


def use_saved(*, payment: Payment, card: SavedCard, instrument: Instrument) -> bool:
    """Charge a saved card, whose shopper is not there. Runs inside the caller's transaction."""
    payment.charged_card = card
    payment.save(update_fields=["charged_card"])
    return choose(payment=payment, instrument=instrument)


def _scenario(payment: Payment, instrument: Instrument) -> Scenario:
    scenario = instrument.plays(amount=payment.amount, currency=payment.currency)
    again = payment.charged_card_id is not None
    return DECLINED_AGAIN if again and scenario.declines_again else scenario


def _result(payment: Payment, scenario: Scenario) -> Facts:
    if scenario.decline_code:
        return {"status": PaymentStatus.DECLINED, "decline_code": scenario.decline_code}
    if payment.hold is not None:
        lapses = HOLD_LAPSES if scenario.holds is Holds.LAPSE_SOON else payment.hold.total_seconds()
        return {
            "status": PaymentStatus.AUTHORIZED,
            "authorized": payment.amount,
            "capture_before": timezone.now() + paced(lapses),
        }
    return {
        "status": PaymentStatus.CAPTURED,
        "authorized": payment.amount,
        "captured": scenario.captures(payment.amount),
        "released": scenario.releases(payment.amount),
    }


def _plan_settling(payment: Payment) -> bool:
    due_at = timezone.now() + paced(payment.plays.settles_after)
    plan(act=Act.SETTLE, payment=payment, due_at=due_at)
    return True
