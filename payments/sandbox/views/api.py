"""The API of money: each action reads its fields, calls one service and shows one object."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from django.db.models import QuerySet

from payments.sandbox.book import writing
from payments.sandbox.errors import not_found
from payments.sandbox.fields import Fields, invalid
from payments.sandbox.models import Merchant, Method, Payment
from payments.sandbox.objects import payment_object, refund_object
from payments.sandbox.scenarios import Holds
from payments.sandbox.services.answer import Reply
from payments.sandbox.services.capture import CaptureOrder, capture
from payments.sandbox.services.close import void
from payments.sandbox.services.forget import forget_card
from payments.sandbox.services.open import PaymentOrder, open_payment
from payments.sandbox.services.refund import RefundOrder, refund
from payments.sandbox.views.endpoint import Call, reply

SHORTEST, LONGEST = 10, 604_800
"""Seconds that a payment can be paid, and that its money can be held."""
A_DAY, FIVE_MINUTES = timedelta(days=1), timedelta(minutes=5)
A_WEEK = timedelta(seconds=LONGEST)
CAPTURES = AUTOMATIC, MANUAL = "automatic", "manual"
CAN_HOLD = (Method.CARD, Method.WALLET)


def create_payment(call: Call) -> Reply:
    merchant = call.merchant()
    order = payment_order(Fields(call.values))

    def act() -> Reply:
        payment = open_payment(merchant=merchant, order=order, base_url=call.base_url)
        answered = reply(HTTPStatus.CREATED, payment_object(payment))
        return replace(answered, lost=payment.plays.times_out)

    return call.once(merchant, act)


def payment_order(fields: Fields) -> PaymentOrder:
    method = Method(fields.choice("method", Method.values, default=Method.CARD))
    usual = FIVE_MINUTES if method is Method.QR else A_DAY
    order = PaymentOrder(
        reference=fields.reference(),
        amount=fields.amount(),
        currency=fields.currency(),
        description=fields.text("description", longest=200),
        return_url=fields.url("return_url"),
        method=method,
        lives=fields.seconds("expires_in", shortest=SHORTEST, longest=LONGEST) or usual,
        save_card=fields.flag("save_card"),
        saved_card=fields.text("saved_card", longest=40),
        hold=hold(fields, method),
    )
    fields.close()
    if order.saved_card and (order.save_card or method is not Method.CARD):
        raise invalid("saved_card", "is a card already, and no other method")
    if order.save_card and method is not Method.CARD:
        raise invalid("save_card", "is for cards")
    return order


def hold(fields: Fields, method: Method) -> timedelta | None:
    """How long the money is to be held, if the merchant captures it later."""
    manual = fields.choice("capture", CAPTURES, default=AUTOMATIC) == MANUAL
    asked = fields.seconds("hold_seconds", shortest=SHORTEST, longest=LONGEST)
    if manual and method not in CAN_HOLD:
        raise invalid("capture", "can be manual for cards and wallets only")
    if manual:
        return asked or A_WEEK
    if asked:
        raise invalid("hold_seconds", "is for manual capture")
    return None


def find_payments(call: Call) -> Reply:
    merchant = call.merchant()
    fields = Fields(call.request.GET.dict())
    reference = fields.reference()
    fields.close()
    with writing():  # a payment and what belongs to it are read as of one moment
        found = payments_of(merchant).select_for_update(of=("self",)).filter(reference=reference)
        data = [payment_object(payment) for payment in found]
    return reply(HTTPStatus.OK, {"data": data})


def show_payment(call: Call) -> Reply:
    merchant = call.merchant()
    with writing():  # as above
        found = payments_of(merchant).select_for_update(of=("self",))
        payment = found.filter(public_id=call.public_id).first()
        if payment is None:
            raise not_found("You have no such payment.")
        return reply(HTTPStatus.OK, payment_object(payment))


def create_capture(call: Call) -> Reply:
    merchant = call.merchant()
    payment = payment_of(merchant, call.public_id)
    fields = Fields(call.values)
    order = CaptureOrder(
        reference=fields.reference(),
        amount=fields.amount(),
        final=fields.flag("final", default=True),
    )
    fields.close()

    def act() -> Reply:
        capture(payment=payment, order=order)
        answered = reply(HTTPStatus.CREATED, payment_object(payment))
        return replace(answered, lost=payment.plays.holds is Holds.LOSE_ANSWER)

    return call.once(merchant, act)


def create_refund(call: Call) -> Reply:
    merchant = call.merchant()
    payment = payment_of(merchant, call.public_id)
    fields = Fields(call.values)
    order = RefundOrder(
        reference=fields.reference(),
        amount=fields.amount(),
        reason=fields.text("reason", longest=200),
    )
    fields.close()

    def act() -> Reply:
        made = refund(payment=payment, order=order)
        return reply(HTTPStatus.CREATED, refund_object(made, payment))

    return call.once(merchant, act)


def void_payment(call: Call) -> Reply:
    merchant = call.merchant()
    payment = payment_of(merchant, call.public_id)
    Fields(call.values).close()

    def act() -> Reply:
        void(payment=payment)
        return reply(HTTPStatus.OK, payment_object(payment))

    return call.once(merchant, act)


def delete_saved_card(call: Call) -> Reply:
    merchant = call.merchant()
    Fields(call.values).close()
    forget_card(merchant=merchant, public_id=call.public_id)
    return reply(HTTPStatus.OK, {"id": call.public_id, "deleted": True})


def payments_of(merchant: Merchant) -> QuerySet[Payment]:
    return Payment.objects.filter(merchant=merchant).select_related("merchant", "saved_card")


def payment_of(merchant: Merchant, public_id: str) -> Payment:
    payment = payments_of(merchant).filter(public_id=public_id).first()
    if payment is None:
        raise not_found("You have no such payment.")
    return payment
