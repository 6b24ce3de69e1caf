"""The Django app of the sandbox bank."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SandboxConfig(AppConfig):
    name = "payments.sandbox"
    label = "sandbox"
    verbose_name = _("Sandbox bank")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from payments.sandbox import checks  # noqa: F401, PLC0415  # registers the checks
