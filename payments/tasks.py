"""Background work of payments; each task finds its rows by itself and may run twice."""

from celery import shared_task

from orders.wake import wake
from payments.services import inbox, poll, refund


@shared_task(name=inbox.TASK)
def drain_inbox() -> None:
    if inbox.drain_inbox() == inbox.BATCH:
        wake(inbox.TASK)


@shared_task(name=refund.TASK)
def submit_refunds() -> None:
    if refund.submit_due_refunds() == refund.BATCH:
        wake(refund.TASK)


@shared_task(name="payments.ask_due")
def ask_due() -> None:
    poll.ask_due()
