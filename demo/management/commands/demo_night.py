"""Ends today at the sandbox bank, fetches its report and statement, and compares the books."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, date
from io import BytesIO
from typing import Any, Final

import httpx
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from orders.clock import now
from payments.models import Discrepancy, ProviderAccount, SettlementFile
from payments.models.discrepancy import UNRESOLVED
from payments.models.settlement import FileSource
from payments.reconciliation.heal import heal
from payments.reconciliation.importing import import_new, import_report
from payments.reconciliation.run import reconcile

CODE: Final = "sandbox"
MISTAKES: Final = 0.2
"""The largest share of lines that the bank makes wrong."""
SEEDS: Final = 50
SECONDS: Final = 30.0


class Command(BaseCommand):
    help = (
        "End today at the sandbox bank as a night would: it pays out, and gives a report and a "
        "bank statement, which are read and compared. What is sold afterwards is of tomorrow."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--mistakes", action="store_true", help="have some lines of the report made wrong"
        )

    def handle(self, *_args: object, mistakes: bool, **_options: object) -> None:
        account = ProviderAccount.objects.filter(code=CODE).first()
        if account is None:
            raise CommandError("There is no sandbox account. Run make demo first.")
        day = now().astimezone(UTC).date()
        try:
            report, statement = _papers(account, day, mistakes=mistakes)
        except httpx.HTTPError as error:
            raise CommandError(f"The sandbox bank does not answer ({error}). Start it.") from error
        self._tell(import_report(account, BytesIO(report), day=day))
        if statement.count(b"\n") > 1:
            new = SettlementFile(name=f"statement of {day}.csv", source=FileSource.COMMAND)
            self._tell(import_new(new, BytesIO(statement)))
        reconcile(account)
        heal(account)
        open_ones = Discrepancy.objects.filter(account=account, state__in=UNRESOLVED).count()
        self.stdout.write(f"{open_ones} discrepancies to settle. In the admin:")
        for page in ("discrepancy", "settlementfile", "payout", "daybalance"):
            self.stdout.write(f"  {reverse(f'admin:payments_{page}_changelist')}")
        side = f"of/{CODE}.GBP/{day}/"
        self.stdout.write(f"  {reverse('admin:payments_daybalance_changelist')}{side}")

    def _tell(self, file: SettlementFile) -> None:
        said = f" {file.refused_for}" if file.why else f" {file.lines_read} lines"
        self.stdout.write(f"{file.name}: {file.get_state_display()},{said}")


def _papers(account: ProviderAccount, day: date, *, mistakes: bool) -> tuple[bytes, bytes]:
    """The day's report and statement, once it is over; raises httpx.HTTPError."""
    secrets = account.for_provider().secrets
    headers = {"Authorization": f"Bearer {secrets['api_key']}"}
    with httpx.Client(
        base_url=account.base_url, headers=headers, timeout=SECONDS, trust_env=False
    ) as bank:
        _ask(bank, "POST", "days", json={"day": f"{day}"})
        if mistakes:
            _make_mistakes(bank, day)
        report, statement = (
            _ask(bank, "GET", what, params={"day": f"{day}"}).content
            for what in ("settlement", "statement")
        )
        bank.patch("/v1/merchants/me", json={"report_faults": None}).raise_for_status()
    return report, statement


def _make_mistakes(bank: httpx.Client, day: date) -> None:
    """By the first seed that makes one: of few lines most make none."""
    for seed in (f"night-{number}" for number in range(SEEDS)):
        wanted: dict[str, Any] = {"seed": seed, "share": MISTAKES}
        bank.patch("/v1/merchants/me", json={"report_faults": wanted}).raise_for_status()
        if _ask(bank, "GET", "faults", params={"day": f"{day}"}).json()["data"]:
            return


def _ask(bank: httpx.Client, method: str, what: str, **given: Any) -> httpx.Response:
    return bank.request(method, f"/v1/reports/{what}", **given).raise_for_status()
