"""Celery's settings on the demo site; docs/operations.md says what each one protects from."""

from typing import Any

from config.environment import BROKER_URL, DATA
from payments.queues import BEAT, CONNECT_SECONDS, ROUTES, task_queues, transport_options

CELERY_BROKER_URL = BROKER_URL or "folder://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    transport_options(BROKER_URL) if BROKER_URL else {"folder": str(DATA / "broker")}
)
CELERY_BROKER_CONNECTION_TIMEOUT = CONNECT_SECONDS
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker, however long
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DETECT_QUORUM_QUEUES = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_DB_REUSE_MAX = 1000
CELERY_TASK_QUEUES = task_queues(CELERY_BROKER_URL)
CELERY_TASK_DEFAULT_QUEUE = "reports"
CELERY_TASK_ROUTES = ROUTES
CELERY_BEAT_SCHEDULE = BEAT
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # every plan is periodic: nothing to remember
