"""The judge of settled months names whatever differs, and nothing where all agree."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.replay.settled.judge import Papers, judge
from benchmarks.replay.settled.printed import closing_of, rows_of, without_a_capture

HEAD = "type,id,reference,currency,gross,fee,payout"
Sale = tuple[int, int]


def whole(amount: Decimal) -> int:
    return floor(amount + Decimal("0.5"))


@dataclass
class Bank:
    """Pays out each day's sales and keeps what rounding leaves."""

    owed: Decimal = Decimal(0)
    posted: int = 0
    reports: list[bytes] = field(default_factory=list)
    statements: list[bytes] = field(default_factory=list)

    def day(self, sales: list[Sale]) -> None:
        payout, net, fees = f"po_{len(self.reports)}", Decimal(0), Decimal(0)
        lines = []
        for captured, refunded in sales:
            fee = captured * Decimal("0.014") + 20
            lines.append(f"capture,pay,A,GBP,{captured},{fee:.4f},{payout}")
            if refunded:
                lines.append(f"refund,re,R,GBP,{-refunded},0.0000,{payout}")
            net += captured - refunded - fee
            fees += fee
        sent = whole(net)
        lines.append(f"payout,{payout},,GBP,{-sent},0.0000,{payout}")
        self.owed += net - sent
        self.posted += whole(fees)
        end = [f"#closing,GBP,{whole(self.owed)}", f"#lines,{len(lines)}", ""]
        self.reports.append("\n".join(["#A report", HEAD, *lines, *end]).encode())
        paid = f"2026-03-02,GBP,{sent // 100}.{sent % 100:02d},{payout},Payout\n"
        self.statements.append(f"booked_on,currency,amount,reference,text\n{paid}".encode())


def papers_of(days: list[list[Sale]]) -> Papers:
    bank = Bank()
    for sales in days:
        bank.day(sales)
    sold = {f"{no}": sale for no, sale in enumerate(sale for sales in days for sale in sales)}
    moved = sum(captured - refunded for captured, refunded in sold.values())
    paid = sum(
        -int(row["gross"])
        for report in bank.reports
        for row in rows_of(report).values()
        if row["type"] == "payout"
    )
    return Papers(sold, bank.reports, bank.statements, moved - bank.posted - paid)


SALES = st.integers(1_000, 10**7).flatmap(
    lambda captured: st.tuples(st.just(captured), st.sampled_from([0, 1, captured // 2]))
)


@given(st.lists(st.lists(SALES, min_size=1, max_size=8), min_size=1, max_size=6))
def test_where_all_agrees_nothing_is_named(days: list[list[Sale]]) -> None:
    assert judge(papers_of(days)).differences == []


@pytest.fixture
def papers() -> Papers:
    return papers_of([[(5_000, 0), (7_025, 300)], [(12_345, 0)]])


def reports(papers: Papers, old: bytes, new: bytes) -> Papers:
    """With the first such words in the last report changed."""
    *first, last = papers.settlements
    assert old in last
    return replace(papers, settlements=[*first, last.replace(old, new, 1)])


def statements(papers: Papers, last: bytes | None) -> Papers:
    rest = papers.statements[:-1]
    return replace(papers, statements=rest if last is None else [*rest, last])


SPOILED: list[tuple[str, Callable[[Papers], Papers]]] = [
    (
        "sold 1 times for 50.00, and not in the reports",
        lambda p: replace(p, settlements=[without_a_capture(p.settlements[0]), p.settlements[1]]),
    ),
    ("1 times 123.44 in the reports", lambda p: reports(p, b"GBP,12345", b"GBP,12344")),
    ("a line of the reports is a capture in EUR", lambda p: reports(p, b"A,GBP", b"A,EUR")),
    ("a line of the reports is a dispute in GBP", lambda p: reports(p, b"capture", b"dispute")),
    ("sent 121.52, its lines 121.42", lambda p: reports(p, b"192.8300", b"202.8300")),
    ("the bank closes with", lambda p: reports(p, b"closing,GBP,0", b"closing,GBP,2")),
    ("at our bank 0.00", lambda p: statements(p, None)),
    (
        "at our bank 241.52",
        lambda p: statements(p, p.statements[-1] + b"d,GBP,120.00,po_1,Payout\n"),
    ),
    ("payout po_9: sent 0.00", lambda p: statements(p, p.statements[-1] + b"d,GBP,1.00,po_9,\n")),
    ("our ledger has", lambda p: replace(p, held=p.held + 1)),
    (
        "refunded 4.00, in the reports 3.00",
        lambda p: replace(p, sales={**p.sales, "0": (5_000, 100)}),
    ),
]


@pytest.mark.parametrize(("named", "spoil"), SPOILED)
def test_each_difference_is_named(
    papers: Papers, named: str, spoil: Callable[[Papers], Papers]
) -> None:
    found = judge(spoil(papers)).differences
    assert [each for each in found if named in each], found


def test_two_sales_that_are_wrong_by_the_same_do_not_hide_each_other(papers: Papers) -> None:
    first, *rest = papers.settlements
    swapped = first.replace(b"GBP,5000", b"GBP,5001").replace(b"GBP,7025", b"GBP,7024")
    assert len(judge(replace(papers, settlements=[swapped, *rest])).differences) >= 4


def test_a_report_with_a_line_less_counts_what_it_has(papers: Papers) -> None:
    report = without_a_capture(papers.settlements[0])
    assert len(rows_of(report)) == len(rows_of(papers.settlements[0])) - 1
    assert f"#lines,{len(rows_of(report))}\n".encode() in report


def test_a_currency_of_which_the_bank_says_nothing_closes_with_nothing(papers: Papers) -> None:
    assert closing_of(papers.settlements[0], "EUR") == 0
