"""Background work of orders; each task finds its rows by itself and may run twice."""

from functools import partial

from celery import shared_task

from orders.emails import BATCH, send_due_mail
from orders.wake import run

kept_task = partial(shared_task, acks_late=True, reject_on_worker_lost=True, ignore_result=True)
"""A task whose message goes only when its work is done, whatever the site's other tasks do."""


@kept_task(name="orders.send_mail")
def send_mail() -> None:
    run("orders.send_mail", send_due_mail, full=BATCH)
