"""The Celery app of the demo site and the sweeps that find what a lost message left behind."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["folder"] = "config.broker:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("till")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
