"""Registers the demo shop with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    name = "demo"
    verbose_name = _("Fernhill (demo shop)")
    default_auto_field = "django.db.models.BigAutoField"
