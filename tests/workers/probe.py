"""A Celery app with the demo's settings and one task that can be held; for tests that kill it."""

import os
import time
from pathlib import Path

os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # no site is needed to run it

from celery import Celery
from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["folder"] = "config.broker:Transport"
HOME = Path(os.environ["PROBE_HOME"])
QUEUE = os.environ["PROBE_QUEUE"]

app = Celery("probe", set_as_current=False)
app.config_from_object("config.queues", namespace="CELERY")
app.conf.update(task_default_queue=QUEUE, task_default_routing_key=QUEUE)
if app.conf.task_queues:
    (like, *_others) = app.conf.task_queues
    mine = Queue(QUEUE, routing_key=QUEUE, queue_arguments=like.queue_arguments)
    app.conf.task_queues = [mine]
if app.conf.broker_url.startswith("redis"):  # nobody waits ten minutes for a test
    app.conf.broker_transport_options.update(visibility_timeout=5, unacked_restore_interval=1)


@app.task(name="probe.hold")
def hold(name: str) -> None:
    """Say that it has begun, wait until it is let go, say that it is done."""
    note(f"begun-{name}")
    while not (HOME / "go").exists():
        time.sleep(0.02)
    note(f"done-{name}")


def note(name: str) -> None:
    with (HOME / name).open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
