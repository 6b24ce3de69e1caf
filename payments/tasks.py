"""Background work of payments; each task finds its rows by itself and may run twice."""

from orders.tasks import kept_task
from orders.wake import note_run, run
from payments.models.evidence import EVIDENCE_TASK
from payments.models.inbox import DRAIN_TASK
from payments.models.operation import SUBMIT_TASK
from payments.models.settlement import IMPORT_TASK
from payments.reconciliation import close, fetch, follow
from payments.services import (
    alert,
    alert_cards,
    alert_keys,
    alert_reports,
    check_ledger,
    expire,
    failed_payouts,
    feed,
    forget,
    forget_method,
    inbox,
    poll,
    remind,
    rotate,
    send_evidence,
    submit,
)


@kept_task(name=DRAIN_TASK)
def drain_inbox() -> None:
    run(DRAIN_TASK, inbox.drain_inbox, full=inbox.BATCH)


@kept_task(name=SUBMIT_TASK)
def submit_operations() -> None:
    run(SUBMIT_TASK, submit.submit_due_operations, full=submit.BATCH)


@kept_task(name=EVIDENCE_TASK)
def submit_evidence() -> None:
    run(EVIDENCE_TASK, send_evidence.submit_due_evidence, full=send_evidence.BATCH)


@kept_task(name=forget_method.TASK)
def forget_methods() -> None:
    run(forget_method.TASK, forget_method.forget_removed_methods, full=forget_method.BATCH)


@kept_task(name=remind.TASK)
def remind_of_evidence() -> None:
    run(remind.TASK, remind.remind_of_evidence, full=remind.BATCH)


@kept_task(name=poll.TASK)
def poll_due() -> None:
    run(poll.TASK, poll.poll_due, full=poll.BATCH)


@kept_task(name=feed.TASK)
def read_feeds() -> None:
    feed.read_feeds()
    note_run(feed.TASK)


@kept_task(name=expire.TASK)
def expire_orders() -> None:
    run(expire.TASK, expire.expire_due, full=expire.BATCH)


@kept_task(name=check_ledger.TASK)
def check_the_ledger() -> None:
    check_ledger.report_faults()
    note_run(check_ledger.TASK)


@kept_task(name=alert.TASK)
def alert_of_dead_events() -> None:
    alert.alert_of_dead_events()
    alert.alert_of_failing_feeds()
    alert_keys.alert_of_refused_keys()
    alert_cards.alert_of_staying_cards()
    alert_reports.alert_of_refused_reports()
    alert_reports.alert_of_late_reports()
    failed_payouts.alert_of_failed_payouts()
    note_run(alert.TASK)


@kept_task(name=forget.TASK)
def forget_bodies() -> None:
    rotate.forget_replaced_secrets()
    forget.forget_bodies()
    forget.forget_movements()
    note_run(forget.TASK)


@kept_task(name=IMPORT_TASK)
def import_settlements() -> None:
    follow.import_and_compare()
    note_run(IMPORT_TASK)


@kept_task(name=fetch.TASK)
def fetch_reports() -> None:
    fetch.fetch_reports()
    follow.import_and_compare()
    note_run(fetch.TASK)


@kept_task(name=close.TASK)
def close_days() -> None:
    close.close_days()
    note_run(close.TASK)
