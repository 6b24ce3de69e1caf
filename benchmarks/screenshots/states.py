"""Puts orders of a throw-away shop into rare states. Import it with Django set up."""

from datetime import timedelta

from django.urls import reverse

from orders.clock import now
from orders.models import Order
from orders.states import OrderState
from payments.models import Payment
from payments.states import PaymentStatus


def _newest() -> Payment:
    return Payment.objects.select_related("order").latest("pk")


def closing() -> str:
    """The shopper has left the first way to pay a moment ago; the address of the pay page."""
    payment = _newest()
    payment.attempts.filter(pk=payment.attempts.latest("pk").pk).update(closing_at=now())
    return reverse("payments:pay", args=[payment.token])


def in_review() -> str:
    """Of the order paid first a half came only; the address of the page that says so."""
    payment = Payment.objects.earliest("pk")
    half = payment.captured // 2
    Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.PARTIALLY_PAID, captured=half)
    Order.objects.filter(pk=payment.order_id).update(state=OrderState.OPEN)
    return reverse("payments:return", args=[payment.token])


def dead(state: OrderState) -> str:
    """The order was given up or ran out; the address of its pay page."""
    payment = _newest()
    Order.objects.filter(pk=payment.order_id).update(state=state)
    return reverse("payments:pay", args=[payment.token])


def expired() -> tuple[str, str]:
    """The links have run out; the addresses of the order and of its pay page."""
    payment = _newest()
    Order.objects.filter(pk=payment.order_id).update(link_expires_at=now() - timedelta(days=1))
    order = reverse("shop:order", args=[payment.order.link_token])
    return order, reverse("payments:pay", args=[payment.token])
