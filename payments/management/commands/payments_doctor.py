"""Looks at how an account is set up, here and at its provider, and says what is to be done."""

from __future__ import annotations

from collections import Counter
from typing import Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from payments.errors import PaymentError
from payments.models import ProviderAccount
from payments.providers.errors import ProviderError
from payments.providers.findings import Finding, Standing
from payments.services import doctor

SIGNS: Final = {Standing.OK: "ok", Standing.DOUBTFUL: "warning", Standing.WRONG: "WRONG"}


class Command(BaseCommand):
    help = (
        "Look at how an account is set up, here and at its provider. Names what is wrong, says "
        "what to do, and then ends with exit code 1. Changes nothing unless it is asked to."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "account", help="code of an account, or a provider's name: all of its accounts in use"
        )
        parser.add_argument(
            "--create-webhook",
            action="append_const",
            dest="acts",
            const=doctor.create_webhook,
            help="first have the provider tell this site of payments, and keep the signing secret",
        )
        parser.add_argument(
            "--register-domain",
            action="append_const",
            dest="acts",
            const=doctor.register_wallets,
            help="first have the provider show its wallets on this site's own page",
        )

    def handle(
        self, *_args: object, account: str, acts: list[doctor.Act] | None, **_: object
    ) -> None:
        found: Counter[Standing] = Counter()
        for each in _named(account):
            self.stdout.write(f"{each.code}: {each.provider}, {each.mode} mode, {each.merchant_id}")
            for act in acts or []:
                _do(act, each)
            for finding in doctor.examine(each):
                self._tell(finding)
                found[finding.standing] += 1
        warnings = f"warnings: {found[Standing.DOUBTFUL]}"
        if wrong := found[Standing.WRONG]:
            raise CommandError(f"Wrong: {wrong}, {warnings}.")
        self.stdout.write(f"Nothing is wrong, {warnings}.")

    def _tell(self, finding: Finding) -> None:
        colours = {
            Standing.OK: self.style.SUCCESS,
            Standing.DOUBTFUL: self.style.WARNING,
            Standing.WRONG: self.style.ERROR,
        }
        sign = colours[finding.standing](f"{SIGNS[finding.standing]:<7}")
        self.stdout.write(f"  {sign}  {finding.about:<24}  {finding.found}")
        if finding.advice:
            self.stdout.write(f"{'':37}-> {finding.advice}")


def _named(name: str) -> list[ProviderAccount]:
    """The account of that code, in use or not, and those in use of that provider."""
    known = ProviderAccount.objects.order_by("code")
    found = list(known.filter(Q(code=name) | Q(provider=name, active=True)))
    if not found:
        there = ", ".join(f"{each.code} ({each.provider})" for each in known) or "none yet"
        raise CommandError(f"No account and no provider {name!r}. There are: {there}.")
    return found


def _do(act: doctor.Act, account: ProviderAccount) -> None:
    try:
        act(account)
    except (PaymentError, ProviderError) as error:
        raise CommandError(f"Nothing was changed for {account.code}: {error}.") from error
