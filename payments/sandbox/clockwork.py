"""The clockwork: one thread that does what the book says is due."""

import logging
from collections.abc import Callable
from threading import Thread

from django.db import DatabaseError, connections
from django.utils import timezone

from payments.sandbox.book import writing
from payments.sandbox.models import Act, Later
from payments.sandbox.services.charge import settle
from payments.sandbox.services.close import expire, lapse
from payments.sandbox.services.dispute import close_dispute, open_dispute
from payments.sandbox.services.later import ALARM, SOON
from payments.sandbox.services.refund import finish_refund

AFTER_TROUBLE = 1.0

log = logging.getLogger("payments.sandbox.clockwork")


def _finish_refund(later: Later) -> bool:
    return later.refund is not None and finish_refund(payment=later.payment, refund=later.refund)


ACTS: dict[str, Callable[[Later], bool]] = {
    Act.EXPIRE: lambda later: expire(payment=later.payment),
    Act.LAPSE: lambda later: lapse(payment=later.payment),
    Act.SETTLE: lambda later: settle(payment=later.payment),
    Act.FINISH_REFUND: _finish_refund,
    Act.OPEN_DISPUTE: lambda later: open_dispute(payment=later.payment),
    Act.CLOSE_DISPUTE: lambda later: close_dispute(payment=later.payment),
}


class Clockwork:
    """Does each act at its time, and after a crash what fell due meanwhile."""

    def __init__(self) -> None:
        self._stopping = False
        self._thread = Thread(target=self._run, name="clockwork", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new; what is left is done by the next process."""
        self._stopping = True
        ALARM.ring_all()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._stopping:
            try:
                _do_or_wait()
            except DatabaseError:
                log.exception("Something that is due could not be done")
                connections.close_all()
                ALARM.wait(since=ALARM.rings, seconds=AFTER_TROUBLE)
        connections.close_all()


def _do_or_wait() -> None:
    since = ALARM.rings
    waiting = Later.objects.filter(done_at=None).select_related("payment__merchant", "refund")
    later = waiting.order_by("due_at", "pk").first()
    seconds = SOON.total_seconds()
    if later is not None:
        seconds = min(seconds, (later.due_at - timezone.now()).total_seconds())
    if later is None or seconds > 0:
        ALARM.wait(since=since, seconds=seconds)
        return
    do(later)


def do(later: Later) -> None:
    """Do what is due, in one transaction with the note that it is done."""
    with writing():
        undone = Later.objects.filter(pk=later.pk, done_at=None)
        if undone.update(done_at=timezone.now()):
            ACTS[later.act](later)
