"""Makes the demo ready to sell: goods on the shelves, an admin, an account at the sandbox bank."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from demo.shelves import fill_shelves
from payments.errors import SecretsUnreadable
from payments.models import FeeRule
from payments.providers.errors import ProviderError
from payments.services.accounts import connect_sandbox

ADMIN = "admin"
AGREED = {"percent": "1.4", "fixed": 20, "tolerance": 1}
"""What the bank charges whoever has not agreed on anything else."""


class Command(BaseCommand):
    help = "Load the demo's products, its admin user and its sandbox account. Safe to repeat."

    def handle(self, *_args: object, **_options: object) -> None:
        self.stdout.write(f"{fill_shelves()} products are on the shelves.")
        make_admin(settings.DEMO["admin_password"])
        self.stdout.write(f"The admin user is {ADMIN}.")
        self._connect(settings.DEMO["bank_url"])

    def _connect(self, bank_url: str) -> None:
        try:
            account = connect_sandbox(bank_url=bank_url, hooks_base_url=settings.DEMO["base_url"])
        except ProviderError as error:
            raise CommandError(
                f"The sandbox bank does not answer at {bank_url} ({error}). "
                "Start it, or correct TILL_BANK_URL, and run demo_setup again."
            ) from error
        except SecretsUnreadable as error:
            raise CommandError(
                "SECRET_KEY is not the one that sealed the sandbox account: restore it, or delete "
                "the data folder (.data, or what TILL_DATA names) and start anew."
            ) from error
        FeeRule.objects.get_or_create(account=account, currency="GBP", defaults=AGREED)
        self.stdout.write(f"The sandbox bank at {bank_url} knows the shop.")


def make_admin(password: str) -> None:
    users = get_user_model()
    admin, made = users.objects.get_or_create(
        username=ADMIN, defaults={"is_staff": True, "is_superuser": True}
    )
    if made or not admin.check_password(password):
        admin.set_password(password)
        admin.save()
