"""Reads a settlement report or a bank statement of any size, and compares the books."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from orders.clock import now
from payments.errors import PaymentError
from payments.models import Discrepancy, Match, ProviderAccount, SettlementFile
from payments.models.discrepancy import UNRESOLVED
from payments.models.settlement import READING_LEASE, FileState
from payments.reconciliation.heal import heal
from payments.reconciliation.importing import OUR_BANK, import_path
from payments.reconciliation.run import reconcile


class Command(BaseCommand):
    help = (
        "Read a settlement report of a provider, or a statement of our own bank account, into the "
        "books and compare them. The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "account", help=f'code of the provider account, or "{OUR_BANK}" for a bank statement'
        )
        parser.add_argument("path", type=Path, help="the file: text, .gz or .zip")

    def handle(self, *_args: object, account: str, path: Path, **_options: object) -> None:
        found = None if account == OUR_BANK else _account(account)
        began = now()
        try:
            file = import_path(found, path, say=self._say)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except PaymentError as error:
            raise CommandError(f"{path.name} is not read: {error}.") from error
        self._tell(file, read_now=file.ended_at is None or file.ended_at >= began)
        accounts = [found] if found else list(ProviderAccount.objects.order_by("pk"))
        for each in accounts:
            self._compare(each)

    def _say(self, file: SettlementFile) -> None:
        share = 100 * file.bytes_read // max(1, file.size)
        self.stderr.write(f"{file.lines_read:,} lines ({share} %)")

    def _tell(self, file: SettlementFile, *, read_now: bool) -> None:
        if file.state == FileState.REFUSED:
            where = f"line {file.why_line}: " if file.why_line else ""
            raise CommandError(f"{file.name} is refused: {where}{file.refused_for}.")
        if file.state != FileState.LOADED:
            raise CommandError(
                f"{file.name} is being read by another process. If that has died, it is free "
                f"after {READING_LEASE.seconds // 60} minutes: run this again."
            )
        days = f"{file.first_day} to {file.last_day}" if file.first_day else "no day"
        self.stdout.write(
            f"{file.name} is file {file.pk}: {file.lines_read:,} lines, {days}; "
            f"{file.bad_lines} cannot be read."
        )
        if not read_now:
            self.stdout.write("The very same file came in before: nothing was read again.")

    def _compare(self, account: ProviderAccount) -> None:
        if reconcile(account) is None:
            until = Match.objects.get(account=account).claimed_until
            self.stdout.write(
                f"{account.code}: another process is comparing the books. If that has died, they "
                f"are free at {until:%H:%M} UTC."
                if until
                else f"{account.code}: try again."
            )
            return
        asked = heal(account)
        left = Discrepancy.objects.filter(account=account, state__in=UNRESOLVED).count()
        self.stdout.write(
            f"{account.code}: {left} discrepancies to settle; asked about {asked} payments."
        )


def _account(code: str) -> ProviderAccount:
    account = ProviderAccount.objects.filter(code=code).first()
    if account is None:
        codes = ProviderAccount.objects.order_by("code").values_list("code", flat=True)
        known = ", ".join([*codes, OUR_BANK])
        raise CommandError(f"No account {code}. There are: {known}.")
    return account
