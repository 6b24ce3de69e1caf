"""Background work of payments; each task finds its rows by itself and may run twice."""

from orders.tasks import kept_task
from orders.wake import note_run, run
from payments.models.operation import SUBMIT_TASK
from payments.services import check_ledger, expire, inbox, poll, submit


@kept_task(name=inbox.TASK)
def drain_inbox() -> None:
    run(inbox.TASK, inbox.drain_inbox, full=inbox.BATCH)


@kept_task(name=SUBMIT_TASK)
def submit_operations() -> None:
    run(SUBMIT_TASK, submit.submit_due_operations, full=submit.BATCH)


@kept_task(name=poll.TASK)
def poll_due() -> None:
    run(poll.TASK, poll.poll_due, full=poll.BATCH)


@kept_task(name=expire.TASK)
def expire_orders() -> None:
    run(expire.TASK, expire.expire_due, full=expire.BATCH)


@kept_task(name=check_ledger.TASK)
def check_the_ledger() -> None:
    check_ledger.report_faults()
    note_run(check_ledger.TASK)
