"""Statements in camt.053, put together from their parts."""

from __future__ import annotations

VERSION = "08"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
DIRECTIONS = {False: "CRDT", True: "DBIT"}


def money(amount: str, *, currency: str = "EUR") -> str:
    """An amount with its direction; below zero: DBIT."""
    digits, direction = amount.removeprefix("-"), DIRECTIONS[amount.startswith("-")]
    return f'<Amt Ccy="{currency}">{digits}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'


def balance(kind: str, amount: str, *, currency: str = "EUR") -> str:
    code = f"<Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
    return f"<Bal>\n{code}{money(amount, currency=currency)}</Bal>\n"


def entry(amount: str, inside: str = "", *, status: str = "BOOK", currency: str = "EUR") -> str:
    state = f"<Sts><Cd>{status}</Cd></Sts>"
    day = "<BookgDt><Dt>2026-11-28</Dt></BookgDt>"
    return f"<Ntry>\n{money(amount, currency=currency)}{state}{day}{inside}</Ntry>\n"


def details(*transactions: str) -> str:
    return (
        "<NtryDtls>\n" + "".join(f"<TxDtls>\n{t}</TxDtls>\n" for t in transactions) + "</NtryDtls>"
    )


def reference(name: str) -> str:
    return f"<Refs><EndToEndId>{name}</EndToEndId></Refs>"


def stmt(opening: str, closing: str, *entries: str, account: str = "DE89370400440532013000") -> str:
    head = f"<Id>S1</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>\n"
    balances = balance("OPBD", opening) + balance("CLBD", closing)
    return f"<Stmt>\n{head}{balances}{''.join(entries)}</Stmt>\n"


def document(*statements: str, version: str = VERSION, before: str = "") -> str:
    header = "<GrpHdr><MsgId>M1</MsgId></GrpHdr>"
    inside = f"<BkToCstmrStmt>{header}\n{''.join(statements)}</BkToCstmrStmt>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{before}'
        f'<Document xmlns="{NAMESPACE}{version}">{inside}</Document>\n'
    )
