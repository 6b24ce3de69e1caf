"""The demo site's settings for real workers: its own queues, a short patience, a quick beat."""

import os

from kombu import Queue

from config.settings import *  # noqa: F403  # the demo's settings, but for what follows
from config.settings import CELERY_BEAT_SCHEDULE as DEMO_BEAT
from config.settings import CELERY_TASK_QUEUES as DEMO_QUEUES
from config.settings import CELERY_TASK_ROUTES as DEMO_ROUTES
from config.settings import PAYMENTS as DEMO_PAYMENTS

_MARK = os.environ["TEST_MARK"]
PAYMENTS = {**DEMO_PAYMENTS, "timeout_seconds": 4.0}
CELERY_TASK_ROUTES = {task: {"queue": _MARK + to["queue"]} for task, to in DEMO_ROUTES.items()}
CELERY_TASK_QUEUES = DEMO_QUEUES and [
    Queue(_MARK + one.name, routing_key=_MARK + one.name, queue_arguments=one.queue_arguments)
    for one in DEMO_QUEUES
]
CELERY_BEAT_SCHEDULE = {task: {**plan, "schedule": 1} for task, plan in DEMO_BEAT.items()}
