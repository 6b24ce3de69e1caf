"""Background work of orders; each task finds its rows by itself and may run twice."""

from celery import shared_task

from orders.emails import BATCH, send_due_mail
from orders.wake import run


@shared_task(name="orders.send_mail")
def send_mail() -> None:
    run("orders.send_mail", send_due_mail, full=BATCH)
