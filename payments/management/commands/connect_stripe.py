"""Keeps the keys of an account at Stripe, and has it tell this site of payments."""

from __future__ import annotations

import getpass
import os
from typing import Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.conf import payment_settings
from payments.errors import PaymentError, SetUpRefused
from payments.providers.errors import ProviderError
from payments.services.connect_stripe import Keys, connect_stripe, rests

ASKED: Final = {"STRIPE_SECRET_KEY": "Secret key", "STRIPE_PUBLISHABLE_KEY": "Publishable key"}
RESTS: Final = 'This is a test site: no live payment is taken until PAYMENTS["live"] is True.'


class Command(BaseCommand):
    help = (
        "Keep the keys of an account at Stripe. They are asked for unseen, or read from "
        "STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY. Safe to repeat: keys of the same account "
        "are replaced."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", default="stripe", help="our name for the account")
        parser.add_argument(
            "--api", default="", help="https address of a stand-in, or one here; else Stripe"
        )
        parser.add_argument(
            "--no-webhook", action="store_true", help="events are only read from Stripe's list"
        )

    def handle(self, *_args: object, code: str, api: str, no_webhook: bool, **_: object) -> None:
        secret, publishable = (_given(name, label) for name, label in ASKED.items())
        keys = Keys(secret.strip(), publishable.strip(), api.rstrip("/"))
        site = payment_settings().base_url
        try:
            account = connect_stripe(keys, code=code, site=site, webhook=not no_webhook)
        except SetUpRefused as error:
            then = f"then run payments_doctor {code} --create-webhook"
            told = (
                f"The keys are kept, but Stripe does not tell {site} of payments: {error}. Mend it"
            )
            raise CommandError(f"{told}, {then}.") from error
        except (PaymentError, ProviderError) as error:
            raise CommandError(f"Nothing was connected: {error}.") from error
        self.stdout.write(f"{account.code}: {account.merchant_id}, {account.mode} mode.")
        if rests(account):
            self.stdout.write(RESTS)
        told = "only lists what happens." if no_webhook else f"tells {site} what happens."
        self.stdout.write(f"Stripe {told}")


def _given(name: str, label: str) -> str:
    try:
        return os.environ.get(name) or getpass.getpass(f"{label}: ")
    except EOFError as error:
        nobody = f"{name} is empty, and there is no terminal to ask at"
        raise CommandError(f"Nothing was connected: {nobody}. Set it.") from error
