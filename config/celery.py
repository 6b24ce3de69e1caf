"""The Celery app of the demo site and the sweeps that find what a lost message left behind."""

import gc
import os

from celery import Celery
from celery.signals import celeryd_init
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["folder"] = "config.broker:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("till")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def keep_what_is_loaded(**_signal: object) -> None:
    """As in wsgi.py: no collection walks through what stays."""
    gc.collect()
    gc.freeze()
