"""The task that does nothing: what Celery alone can do in a second."""

from celery import shared_task

NOTHING = "bench.nothing"


@shared_task(name=NOTHING)
def nothing() -> None:
    pass
