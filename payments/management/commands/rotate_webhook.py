"""Gives a provider account a new webhook address; the old one stays good for seven days."""

import getpass

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from payments.conf import payment_settings
from payments.errors import KeysRefused, PaymentError
from payments.models import ProviderAccount
from payments.registry import capabilities_of
from payments.services.rotate import end_rotation, rotate_webhook
from payments.services.whose_key import misfits_among


class Command(BaseCommand):
    help = (
        "Give a provider account a new webhook address. The old address and signing secret stay "
        "good for seven days; tell the provider the new ones meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="code of the provider account")
        either = parser.add_mutually_exclusive_group()
        either.add_argument(
            "--secret", action="store_true", help="also ask for the new signing secrets"
        )
        either.add_argument(
            "--end", action="store_true", help="refuse the old address and secret from now on"
        )

    def handle(self, *_args: object, account: str, secret: bool, end: bool, **_: object) -> None:
        found = self._find(account)
        try:
            if end:
                end_rotation(account_id=found.pk)
                self.stdout.write("The old address and secret are refused within half a minute.")
                return
            secrets = _ask_secrets(found) if secret else {}
            if misfits := misfits_among(found, secrets):
                raise KeysRefused("; ".join(misfits.values()))
            rotated = rotate_webhook(account_id=found.pk, secrets=secrets)
        except PaymentError as refusal:
            raise CommandError(f"Nothing was changed: {refusal}.") from refusal
        where = reverse("payments:hook", args=[rotated.hook_token])
        self.stdout.write(f"The new address: {payment_settings().base_url}{where}")
        self.stdout.write(f"The old one is good until {rotated.old_until:%Y-%m-%d %H:%M} UTC.")

    def _find(self, code: str) -> ProviderAccount:
        account = ProviderAccount.objects.filter(code=code).first()
        if account is None:
            known = ProviderAccount.objects.order_by("code").values_list("code", flat=True)
            there = ", ".join(known) or "none yet"
            raise CommandError(f"No account {code!r}. There are: {there}.")
        return account


def _ask_secrets(account: ProviderAccount) -> dict[str, str]:
    """From the keyboard, unseen: a command line is kept in histories and seen by others."""
    names = capabilities_of(account).webhook_secrets
    typed = {name: getpass.getpass(f"New {name}: ").strip() for name in names}
    return {name: value for name, value in typed.items() if value}
