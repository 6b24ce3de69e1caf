"""The verdict of a chaos run: green where both books agree, and red for every way they may not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chaos.bank.book import Payment, Wanted
from benchmarks.chaos.bank.server import Bank
from benchmarks.chaos.clock import START, Clock
from benchmarks.chaos.faults import Kind, Tally
from benchmarks.chaos.report import Report
from benchmarks.chaos.verdict import Books, Verdict, judge

Row = dict[str, Any]
LATER = START + timedelta(days=15)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    bank = Bank(Clock(tmp_path / "clock").now)
    yield bank
    bank.http.server_close()


@pytest.fixture
def paid(bank: Bank) -> Payment:
    """One order of two pieces for 10.00, paid once."""
    wanted = Wanted("A1", 1000, "GBP", "", "card", "ORDER1", manual=False)
    payment = bank.add(wanted)
    bank.succeed(payment)
    return payment


@pytest.fixture
def books(bank: Bank, paid: Payment) -> Books:
    attempt: Row = dict.fromkeys(("released", "refunded", "refund_reversed", "surplus"), 0)
    attempt |= {"our_ref": "A1", "status": "captured", "authorized": 1000, "captured": 1000}
    attempt |= {"hold": False, "next_poll_at": None, "number": "ORDER1"}
    order: Row = {"number": "ORDER1", "state": "confirmed", "email": "a@example.com"}
    order |= {"total_amount": 1000, "expires_at": None}
    rows: Row = {name: [] for name in ("operations", "events", "mails", "reviews", "faults")}
    rows |= {"orders": [order], "attempts": [attempt], "stock": {"SKU": 8}}
    rows |= {"returned": [], "evidence": []}
    line = {"number": "ORDER1", "state": "confirmed", "sku": "SKU", "quantity": 2, "restocked": 0}
    rows["lines"] = [line]
    rows["postings"] = [
        {"account": "provider:sandbox", "amount": 1000},
        {"account": "sales", "amount": -1000},
    ]
    return Books([paid], rows, "sandbox", {"SKU": 10}, [], LATER)


def another(bank: Bank, reference: str) -> Payment:
    payment = bank.add(Wanted(reference, 1000, "GBP", "", "card", "ORDER1", manual=False))
    bank.succeed(payment)
    return payment


def test_books_that_agree_are_green(books: Books) -> None:
    assert judge(books).problems == []


def test_a_capture_nobody_booked_is_lost(books: Books) -> None:
    books.rows["attempts"][0]["captured"] = 0
    assert judge(books).lost == ["A1: the bank captured [1000], booked is []"]


def test_a_booking_without_a_capture_is_noticed(books: Books) -> None:
    assert "A1: the bank captured [], booked is [1000]" in judge(replace(books, payments=[])).lost


def test_a_second_charge_of_one_order_is_noticed(bank: Bank, books: Books, paid: Payment) -> None:
    twice = judge(replace(books, payments=[paid, another(bank, "A2")]))
    assert twice.charged_twice == ["order ORDER1: 2000 was taken for 1000"]


def test_a_second_charge_that_went_back_is_none(bank: Bank, books: Books, paid: Payment) -> None:
    back = another(bank, "A2")
    bank.move_refund(back, bank.refund(back, "R1", 1000), "succeeded")
    assert judge(replace(books, payments=[paid, back])).charged_twice == []


def test_money_of_a_dead_order_is_lost(books: Books) -> None:
    books.rows["orders"][0]["state"] = "expired"
    assert judge(books).lost == [
        "order ORDER1 (a@example.com) is expired, and 1000 of its money was kept"
    ]


def test_a_paid_order_that_is_open_still_is_noticed(books: Books) -> None:
    books.rows["orders"][0] |= {"state": "open", "expires_at": LATER + timedelta(days=1)}
    assert judge(books).lost == ["order ORDER1 (a@example.com) is paid and still open"]


def a_part(books: Books, paid: Payment) -> None:
    """The bank has captured less than was asked for, and all of that is booked."""
    paid.captured = books.rows["attempts"][0]["captured"] = 990
    for row, amount in zip(books.rows["postings"], (990, -990), strict=True):
        row["amount"] = amount
    expires = LATER + timedelta(days=1)
    books.rows["orders"][0] |= {"state": "open", "expires_at": expires}


def test_a_part_of_the_money_asks_for_a_person(books: Books, paid: Payment) -> None:
    a_part(books, paid)
    name = "order ORDER1 (a@example.com)"
    unasked = f"{name} is open, 990 of its money was kept, and nobody is asked about it"
    assert judge(books).lost == [unasked]


def test_a_part_of_the_money_may_lie_before_a_person(books: Books, paid: Payment) -> None:
    a_part(books, paid)
    review = {"kind": "wrong_amount", "subject_ref": "A1", "resolved_at": None, "number": "ORDER1"}
    books.rows["reviews"].append(review)
    assert judge(books).problems == []


def test_a_refund_made_twice_is_noticed(bank: Bank, books: Books, paid: Payment) -> None:
    for _ in range(2):
        bank.refund(paid, "R1", 300)
    assert "refund R1 was made 2 times" in judge(books).others


def test_a_piece_that_nobody_bought_is_missed(books: Books) -> None:
    books.rows["stock"]["SKU"] = 7
    assert judge(books).others == ["stock of SKU: 3 are gone, 2 were sold"]


def test_a_piece_put_back_is_not_sold(books: Books) -> None:
    books.rows["lines"][0]["restocked"] = 1
    assert judge(books).others == ["stock of SKU: 2 are gone, 1 were sold"]


def test_a_piece_that_came_back_is_not_sold(books: Books) -> None:
    books.rows["returned"].append({"sku": "SKU", "restocked": 2})
    assert judge(books).others == ["stock of SKU: 2 are gone, 0 were sold"]


def evidence(state: str) -> Row:
    due = {"next_run_at": None, "number": "ORDER1"}
    return {"our_ref": "E1", "state": state, "about": "dp_1", **due}


def test_evidence_that_was_not_taken_is_noticed(books: Books) -> None:
    books.rows["evidence"].append(evidence("sent"))
    assert judge(books).others == ["dispute dp_1: 0 answers taken, 1 sent"]


def test_evidence_that_is_never_sent_is_stuck(books: Books) -> None:
    books.rows["evidence"].append(evidence("sending"))
    assert judge(books).stuck == ["evidence E1 is stuck: sending, next None"]


def test_a_cent_between_ledger_and_bank_is_noticed(books: Books) -> None:
    books.rows["postings"][0]["amount"] = 999
    assert judge(books).ledger_difference == 2


def test_an_attempt_that_nobody_asks_about_is_stuck(books: Books) -> None:
    books.rows["attempts"].append(
        books.rows["attempts"][0] | {"our_ref": "A2", "status": "unknown", "captured": 0}
    )
    assert judge(books).stuck == ["attempt A2 is stuck: unknown, next None"]


def test_what_lies_before_a_person_is_not_stuck(books: Books) -> None:
    books.rows["operations"].append(
        {"our_ref": "R1", "kind": "refund", "status": "unknown", "amount": 0}
        | {"next_run_at": None, "number": "ORDER1", "attempt_ref": "A1"}
    )
    review = {"kind": "no_answer", "subject_ref": "R1", "resolved_at": None, "number": "ORDER1"}
    books.rows["reviews"].append(review)
    assert judge(books).stuck == []


def test_a_review_that_nothing_calls_for_is_noticed(books: Books) -> None:
    review = {"kind": "surplus", "subject_ref": "A1", "resolved_at": None, "number": "ORDER1"}
    books.rows["reviews"].append(review)
    assert judge(books).others == ["review surplus of A1 was not called for"]


def test_a_failed_refund_calls_for_a_review(bank: Bank, books: Books, paid: Payment) -> None:
    bank.move_refund(paid, bank.refund(paid, "R1", 300), "failed")
    assert judge(books).others == ["review refund_failed of R1 is missing"]


def test_less_than_was_asked_for_calls_for_a_review(books: Books, paid: Payment) -> None:
    a_part(books, paid)
    assert judge(books).others == ["review wrong_amount of A1 is missing"]


def test_an_unpaid_rest_is_asked_about_anew(books: Books, paid: Payment) -> None:
    a_part(books, paid)
    review = {"kind": "wrong_amount", "subject_ref": "A1", "resolved_at": None, "number": "ORDER1"}
    books.rows["reviews"].extend([review | {"resolved_at": START}, review])
    assert judge(books).problems == []


def test_silence_calls_for_a_review_of_all_that_was_asked(books: Books, paid: Payment) -> None:
    paid.silent, paid.unheeded = True, {"V1"}
    assert judge(books).others == [
        "review no_answer of A1 is missing",
        "review no_answer of V1 is missing",
    ]


def test_a_second_payment_that_is_disputed_calls_for_a_review(
    bank: Bank, books: Books, paid: Payment
) -> None:
    late = another(bank, "A2")
    bank.open_dispute(late)
    missing = judge(replace(books, payments=[paid, late])).others
    assert "review surplus of A2 is missing" in missing


def test_what_a_dispute_took_of_a_dead_order_was_not_kept_and_calls_for_a_review(
    bank: Bank, books: Books, paid: Payment
) -> None:
    books.rows["orders"][0]["state"] = books.rows["lines"][0]["state"] = "expired"
    books.rows["stock"]["SKU"] = 10
    dispute = bank.open_dispute(paid)
    assert dispute

    verdict = judge(books)

    assert verdict.lost == []
    assert "review surplus of A1 is missing" in verdict.others


def test_no_letter_is_given_up(books: Books) -> None:
    books.rows["events"].append({"event_id": "evt_1", "state": "dead", "next_run_at": None})
    assert judge(books).others == ["event evt_1 is dead"]


def test_only_letters_of_strangers_are_set_aside(books: Books) -> None:
    books.rows["events"].append({"event_id": "evt_1", "state": "ignored", "next_run_at": None})
    assert judge(books).others == ["event evt_1 is set aside as not ours"]
    assert judge(replace(books, strangers=["evt_1"])).others == []


def test_a_fault_that_never_took_effect_is_red() -> None:
    tally = Tally({kind: 1 for kind in Kind if kind != Kind.CLOCK_JUMP})
    report = Report(checkouts=1, tally=tally, verdict=Verdict(), seen=[], seconds=1)
    assert report.problems == ["fault clock_jump never took effect"]
