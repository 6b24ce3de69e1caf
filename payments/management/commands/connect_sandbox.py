"""Signs the site up at a sandbox bank, so that there is a way to pay while trying it out."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.conf import payment_settings
from payments.errors import PaymentError
from payments.providers.errors import ProviderError
from payments.services.accounts import connect_sandbox


class Command(BaseCommand):
    help = "Sign up at a sandbox bank and keep its keys. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bank", help="address of the bank, such as http://127.0.0.1:8001")

    def handle(self, *_args: object, bank: str, **_options: object) -> None:
        address = bank.rstrip("/")
        try:
            connect_sandbox(bank_url=address, hooks_base_url=payment_settings().base_url)
        except (ProviderError, PaymentError) as error:
            raise CommandError(
                f"The sandbox bank at {address} was not connected: {error}"
            ) from error
        self.stdout.write(f"The sandbox bank at {address} takes payments for this site.")
