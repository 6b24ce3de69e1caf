"""Checks that every cent in the ledger is explained, and shows what each account holds."""

from collections.abc import Collection, Sequence

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.services.check_ledger import MOST, Balance, account_balances, faults


class Command(BaseCommand):
    help = (
        "Check that every entry of the ledger is balanced and that the ledger agrees with every "
        "payment, refund and dispute. Shows what each account holds, names what is wrong and then "
        "ends with exit code 1. Changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "accounts", nargs="*", help="show these accounts only, such as provider:sandbox"
        )

    def handle(self, *_args: object, accounts: Sequence[str], **_options: object) -> None:
        balances = account_balances()
        _refuse_unknown(accounts, {balance.account for balance in balances})
        for balance in balances:
            if not accounts or balance.account in accounts:
                self.stdout.write(_line(balance))
        wrong = 0
        for fault in faults():
            self.stdout.write(str(fault), self.style.ERROR)
            wrong += 1
        if wrong:
            raise CommandError(f"{wrong} do not agree (at most {MOST} of each sort are named).")
        self.stdout.write("The ledger is balanced and agrees with every payment and refund.")


def _refuse_unknown(asked: Sequence[str], known: Collection[str]) -> None:
    if unknown := [account for account in asked if account not in known]:
        there = ", ".join(sorted(known)) or "none yet"
        raise CommandError(f"No account {', '.join(unknown)} in the ledger. There are: {there}.")


def _line(balance: Balance) -> str:
    return f"{balance.account:<30} {balance.money.currency} {balance.money.decimal:>16,}"
