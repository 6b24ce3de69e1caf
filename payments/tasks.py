"""Background work of payments; each task finds its rows by itself and may run twice."""

from celery import shared_task

from orders.wake import wake
from payments.models.operation import SUBMIT_TASK
from payments.services import expire, inbox, poll, submit


@shared_task(name=inbox.TASK)
def drain_inbox() -> None:
    if inbox.drain_inbox() == inbox.BATCH:
        wake(inbox.TASK)


@shared_task(name=SUBMIT_TASK)
def submit_operations() -> None:
    if submit.submit_due_operations() == submit.BATCH:
        wake(SUBMIT_TASK)


@shared_task(name=poll.TASK)
def poll_due() -> None:
    if poll.poll_due() == poll.BATCH:
        wake(poll.TASK)


@shared_task(name=expire.TASK)
def expire_orders() -> None:
    if expire.expire_due() == expire.BATCH:
        wake(expire.TASK)
