"""A Celery app over the embedded broker whose one task leaves a mark; for tests that kill it."""

import os
from pathlib import Path

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["folder"] = "config.broker:Transport"
HOME = Path(os.environ.get("PROBE_HOME", "."))

app = Celery("probe", broker="folder://localhost", set_as_current=False)
app.conf.update(
    broker_transport_options={"folder": str(HOME / "broker")},
    task_default_queue="probe",
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
)


@app.task(name="probe.mark")
def mark(name: str) -> None:
    (HOME / "marks" / name).touch()
