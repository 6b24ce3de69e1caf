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


def in_review() -> str:
    """Too little money came; the address of the page that says so."""
    payment = _newest()
    Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.PARTIALLY_PAID)
    return reverse("payments:return", args=[payment.token])


def closed() -> str:
    """The order was given up; the address of its pay page."""
    payment = _newest()
    Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.OPEN)
    Order.objects.filter(pk=payment.order_id).update(state=OrderState.CANCELLED)
    return reverse("payments:pay", args=[payment.token])


def expired() -> tuple[str, str]:
    """The links have run out; the addresses of the order and of its pay page."""
    payment = _newest()
    Order.objects.filter(pk=payment.order_id).update(link_expires_at=now() - timedelta(days=1))
    order = reverse("shop:order", args=[payment.order.link_token])
    return order, reverse("payments:pay", args=[payment.token])
