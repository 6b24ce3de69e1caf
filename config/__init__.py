"""The demo site: its settings, processes and embedded broker; the environment is read here only."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
