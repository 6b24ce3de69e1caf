"""What a merchant's own bank shows of the payouts: as CSV, and as ISO 20022 camt.053.001.08."""

import csv
import io
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

from payments.sandbox.currencies import EXPONENT
from payments.sandbox.days import beginning
from payments.sandbox.models import Merchant, MovementKind, Payout
from payments.sandbox.objects import moment
from payments.sandbox.reports.faults import OF_A_PAYOUT, Faults, larger, number
from payments.sandbox.reports.settlement import faults_of

COLUMNS: Final = ("booked_on", "currency", "amount", "reference", "text")
CAMT: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
HOME: Final = "GBP"
"""The currency of an account that nothing was ever paid to."""


class Booked(NamedTuple):
    """What came in on a day, in minor units; `reference` is the id of the payout."""

    day: date
    currency: str
    amount: int
    reference: str

    @property
    def text(self) -> str:
        return f"SANDBOX BANK PAYOUT {self.reference}"


def booked_by(merchant: Merchant, day: date, currency: str) -> list[Booked]:
    """All that came in until a day, by currency, the oldest first; with "" in all currencies."""
    faults = faults_of(merchant)
    payouts = Payout.objects.filter(merchant=merchant, day__lte=day).order_by("currency", "day")
    if currency:
        payouts = payouts.filter(currency=currency)
    return [_booked(payout, faults) for payout in payouts]


def statement_csv(merchant: Merchant, day: date, currency: str) -> str:
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    for each in booked_by(merchant, day, currency):
        if each.day == day:
            amount = major(each.amount, each.currency)
            out.writerow((each.day, each.currency, amount, each.reference, each.text))
    return text.getvalue()


def statement_camt(merchant: Merchant, day: date, currency: str) -> str:
    """The day's statements, one for each currency; the opening balance is all that came before."""
    root = ET.Element("Document", {"xmlns": CAMT})
    message = ET.SubElement(root, "BkToCstmrStmt")
    head = ET.SubElement(message, "GrpHdr")
    _add(head, "MsgId", f"{day}-{merchant.public_id}"[:35])
    _add(head, "CreDtTm", moment(beginning(day)) or "")
    booked = groupby(booked_by(merchant, day, currency), key=lambda each: each.currency)
    accounts = {code: list(group) for code, group in booked} or {currency or HOME: []}
    for code, group in accounts.items():
        statement = ET.SubElement(message, "Stmt")
        _add(statement, "Id", f"{day}-{code}")
        _add(statement, "CreDtTm", moment(beginning(day)) or "")
        account = ET.SubElement(statement, "Acct")
        _add(account, "Id/IBAN", iban(merchant, code))
        _add(account, "Ccy", code)
        before = sum(each.amount for each in group if each.day < day)
        _balance(statement, "OPBD", Booked(day, code, before, ""))
        _balance(statement, "CLBD", Booked(day, code, sum(e.amount for e in group), ""))
        for each in group:
            if each.day == day:
                _entry(statement, each)
    ET.indent(root)
    return f"{DECLARATION}\n{ET.tostring(root, 'unicode')}\n"


def iban(merchant: Merchant, currency: str) -> str:
    """An account at a bank that is none, with the check digits of ISO 7064; one a currency."""
    account = f"SAND000000{number(f'{merchant.public_id}:{currency}') % 10**8:08d}"
    digits = "".join(str(int(character, 36)) for character in f"{account}GB00")
    return f"GB{98 - int(digits) % 97:02d}{account}"


def major(amount: int, currency: str) -> str:
    return f"{Decimal(amount).scaleb(-EXPONENT[currency]):f}"


def _booked(payout: Payout, faults: Faults) -> Booked:
    assert payout.day is not None  # noqa: S101  # it was asked for by its day
    assert payout.amount is not None  # noqa: S101  # a constraint of the table
    # A report that says another sum than that of its lines says what was sent.
    wrong = faults.of(MovementKind.PAYOUT, payout.public_id) in OF_A_PAYOUT
    amount = larger(payout.amount) if wrong else payout.amount
    return Booked(payout.day, payout.currency, amount, payout.public_id)


def _balance(statement: ET.Element, code: str, at: Booked) -> None:
    balance = ET.SubElement(statement, "Bal")
    _add(balance, "Tp/CdOrPrtry/Cd", code)
    _money(balance, at)
    _add(balance, "Dt/Dt", str(at.day))


def _entry(statement: ET.Element, booked: Booked) -> None:
    entry = ET.SubElement(statement, "Ntry")
    _add(entry, "NtryRef", booked.reference)
    _money(entry, booked)
    _add(entry, "Sts/Cd", "BOOK")
    _add(entry, "BookgDt/Dt", str(booked.day))
    _add(entry, "ValDt/Dt", str(booked.day))
    code = ET.SubElement(ET.SubElement(entry, "BkTxCd"), "Domn")
    _add(code, "Cd", "PMNT")
    family = ET.SubElement(code, "Fmly")
    _add(family, "Cd", "RCDT")
    _add(family, "SubFmlyCd", "ESCT")
    details = ET.SubElement(ET.SubElement(entry, "NtryDtls"), "TxDtls")
    _add(details, "Refs/EndToEndId", booked.reference)
    _add(details, "RmtInf/Ustrd", booked.text)


def _money(parent: ET.Element, booked: Booked) -> None:
    amount = ET.SubElement(parent, "Amt", {"Ccy": booked.currency})
    amount.text = major(booked.amount, booked.currency)
    _add(parent, "CdtDbtInd", "CRDT")


def _add(parent: ET.Element, path: str, text: str) -> None:
    """Put a text at the end of a new chain of elements."""
    for name in path.split("/"):
        parent = ET.SubElement(parent, name)
    parent.text = text
