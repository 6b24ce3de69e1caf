"""Background work of orders; each task finds its rows by itself and may run twice."""

from celery import shared_task

from orders.emails import BATCH, send_due_mail
from orders.wake import wake


@shared_task(name="orders.send_mail")
def send_mail() -> None:
    if send_due_mail() == BATCH:
        wake("orders.send_mail")
