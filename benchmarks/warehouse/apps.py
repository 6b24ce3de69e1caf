"""Registers the warehouse under a label of its own."""

from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "benchmarks.warehouse"
    label = "warehouse"
    default_auto_field = "django.db.models.BigAutoField"
