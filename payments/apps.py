"""Payments as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Payments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from payments import checks, registry  # noqa: F401, PLC0415  # models are loaded by now

        post_save.connect(
            registry.forget_accounts,
            sender="payments.ProviderAccount",
            dispatch_uid="till.registry",
        )
