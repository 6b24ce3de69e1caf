"""Background work of payments; each task finds its rows by itself and may run twice."""

from celery import shared_task

from orders.wake import run
from payments.models.operation import SUBMIT_TASK
from payments.services import check_ledger, expire, feed, inbox, poll, submit


@shared_task(name=inbox.TASK)
def drain_inbox() -> None:
    run(inbox.TASK, inbox.drain_inbox, full=inbox.BATCH)


@shared_task(name=SUBMIT_TASK)
def submit_operations() -> None:
    run(SUBMIT_TASK, submit.submit_due_operations, full=submit.BATCH)


@shared_task(name=poll.TASK)
def poll_due() -> None:
    run(poll.TASK, poll.poll_due, full=poll.BATCH)


@shared_task(name=feed.TASK)
def read_feeds() -> None:
    feed.read_feeds()


@shared_task(name=expire.TASK)
def expire_orders() -> None:
    run(expire.TASK, expire.expire_due, full=expire.BATCH)


@shared_task(name=check_ledger.TASK)
def check_the_ledger() -> None:
    check_ledger.report_faults()
