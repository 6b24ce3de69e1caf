"""What does not agree is found, each once, under its kind; what agrees is not mentioned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.models import Discrepancy, Operation, ProviderAccount
from payments.models.discrepancy import DiscrepancyState
from payments.reconciliation.run import reconcile
from payments.services.apply import apply_outcome
from payments.services.refund import RefundDraft, request_refund
from tests.factories import an_attempt, captured, later
from tests.payments.reconciliation.books import (
    DAY,
    NOON,
    Theirs,
    a_sale,
    at_noon,
    found,
    posted,
    refunded_by_them,
    resolved,
    the_account,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


def test_books_that_agree_leave_nothing_to_explain(account: ProviderAccount) -> None:
    sale = a_sale(account)
    Theirs(account).sale(sale).comes()
    assert reconcile(account) == 0
    assert found(account) == []


def test_a_sale_that_the_report_leaves_out_is_missing_there(account: ProviderAccount) -> None:
    sale = a_sale(account)
    Theirs(account).comes()
    reconcile(account)
    assert found(account) == [("missing_in_provider", f"capture:{sale.our_ref}")]


def test_what_may_still_come_is_only_late(account: ProviderAccount) -> None:
    account.settlement_days = 3
    sale = a_sale(account)
    Theirs(account).comes()
    reconcile(account)
    assert found(account) == [("timing", f"capture:{sale.our_ref}")]


def test_what_was_late_is_missing_once_its_days_are_over(account: ProviderAccount) -> None:
    account.settlement_days = 3
    sale = a_sale(account)
    Theirs(account).comes()
    reconcile(account)
    Theirs(account, DAY + timedelta(days=1), DAY + timedelta(days=3)).comes()
    reconcile(account)
    assert found(account) == [("missing_in_provider", f"capture:{sale.our_ref}")]


def test_what_was_late_and_came_is_settled_by_itself(account: ProviderAccount) -> None:
    account.settlement_days = 3
    sale = a_sale(account)
    Theirs(account).comes()
    reconcile(account)
    tomorrow = NOON + timedelta(days=1)
    Theirs(account, tomorrow.date()).sale(sale, occurred_at=tomorrow.isoformat()).comes()
    reconcile(account)
    assert found(account) == []
    assert Discrepancy.objects.get().resolution == "auto"


def test_what_no_report_covers_is_not_asked_for(account: ProviderAccount) -> None:
    with later(timedelta(days=1)):
        a_sale(account)
    Theirs(account).comes()
    reconcile(account)
    assert found(account) == []


def test_a_day_without_a_report_between_two_is_not_asked_for(account: ProviderAccount) -> None:
    with later(timedelta(days=1)):
        a_sale(account)
    Theirs(account).comes()
    Theirs(account, DAY + timedelta(days=2)).comes()
    reconcile(account)
    assert found(account) == []


def test_money_of_an_unknown_reference_is_missing_in_the_ledger(account: ProviderAccount) -> None:
    Theirs(account).line("capture", reference="A" + "0" * 20, gross=500).comes()
    reconcile(account)
    assert found(account) == [("missing_in_ledger", "capture:A" + "0" * 20)]


def test_money_without_any_reference_of_ours_goes_by_theirs(account: ProviderAccount) -> None:
    Theirs(account).line("capture", id="pay_x", gross=500).comes()
    reconcile(account)
    assert found(account) == [("missing_in_ledger", "capture:#pay_x")]


def test_an_attempt_of_which_we_did_not_hear_is_named(account: ProviderAccount) -> None:
    attempt = an_attempt(account=account)
    Theirs(account).sale(attempt).comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.attempt, row.theirs) == ("missing_in_ledger", attempt, 6000)


def test_a_line_with_their_id_only_is_known_by_it(account: ProviderAccount) -> None:
    sale = a_sale(account)
    Theirs(account).sale(sale, reference="").comes()
    reconcile(account)
    assert found(account) == []


def test_a_line_with_a_strange_reference_is_known_by_their_id(account: ProviderAccount) -> None:
    sale = a_sale(account)
    Theirs(account).sale(sale, reference="INV-77").comes()
    reconcile(account)
    assert found(account) == []


def test_a_second_line_known_by_their_id_only_is_found_beside_the_first(
    account: ProviderAccount,
) -> None:
    sale = a_sale(account)
    Theirs(account).sale(sale).sale(sale, reference="").comes()
    reconcile(account)
    assert found(account) == [("duplicate_in_provider", f"capture:{sale.our_ref}")]


def test_another_amount_is_told_from_both_sides(account: ProviderAccount) -> None:
    sale = a_sale(account, 6000)
    Theirs(account).sale(sale, gross=5900).comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.ours, row.theirs) == ("amount", 6000, 5900)


def test_another_currency_is_one_question(account: ProviderAccount) -> None:
    sale = a_sale(account)
    Theirs(account).sale(sale, currency="EUR").comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.our_currency, row.currency) == ("currency", "GBP", "EUR")


def test_the_same_line_twice_is_a_duplicate_of_theirs(account: ProviderAccount) -> None:
    sale = a_sale(account)
    Theirs(account).sale(sale).sale(sale).comes()
    reconcile(account)
    assert found(account) == [("duplicate_in_provider", f"capture:{sale.our_ref}")]


def test_the_same_money_booked_twice_is_a_duplicate_of_ours(account: ProviderAccount) -> None:
    sale = a_sale(account, 6000)
    apply_outcome(attempt_id=sale.pk, outcome=captured(sale, 12000), source="webhook")
    Theirs(account).sale(sale).comes()
    reconcile(account)
    assert found(account) == [("duplicate_in_ledger", f"capture:{sale.our_ref}")]


def test_one_capture_in_two_lines_agrees_by_its_sum(account: ProviderAccount) -> None:
    sale = a_sale(account, 6000)
    Theirs(account).sale(sale, gross=4000).sale(sale, gross=2000).comes()
    reconcile(account)
    assert found(account) == []


def test_a_refund_made_at_their_own_site_agrees(account: ProviderAccount) -> None:
    sale = refunded_by_them(a_sale(account), 1000)
    Theirs(account).sale(sale).line("refund", id="re_1", gross=-1000).comes()
    reconcile(account)
    assert found(account) == []


def test_a_refund_that_is_still_pending_with_us_is_a_status(account: ProviderAccount) -> None:
    sale = a_sale(account)
    draft = RefundDraft(
        payment_id=sale.payment_id, amount=sale.payment.money(1000), request_key="k", note="n"
    )
    request_refund(draft)
    refund = Operation.objects.get(kind="refund")
    theirs = Theirs(account).sale(sale)
    theirs.line("refund", reference=refund.our_ref, gross=-1000).comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.operation, row.attempt) == ("status", refund, sale)


def test_an_adjustment_of_theirs_is_asked_about(account: ProviderAccount) -> None:
    Theirs(account).line("adjustment", id="adj_1", gross=-250).comes()
    reconcile(account)
    assert found(account) == [("missing_in_ledger", "adjustment:#adj_1")]


def test_a_second_run_finds_the_same_once(account: ProviderAccount) -> None:
    a_sale(account)
    Theirs(account).line("capture", id="pay_x", gross=500).comes()
    reconcile(account)
    first = list(Discrepancy.objects.order_by("pk").values("pk", "found_at", "state"))
    with later(timedelta(hours=1)):
        reconcile(account)
    assert list(Discrepancy.objects.order_by("pk").values("pk", "found_at", "state")) == first


def test_what_a_person_settled_is_not_asked_again(account: ProviderAccount) -> None:
    sale = a_sale(account)
    Theirs(account).sale(sale, gross=5900).comes()
    reconcile(account)
    resolved(Discrepancy.objects.get(), "ignored")
    reconcile(account)
    assert Discrepancy.objects.get().state == DiscrepancyState.RESOLVED


def test_what_a_person_settled_is_asked_again_once_it_is_another_amount(
    account: ProviderAccount,
) -> None:
    sale = a_sale(account)
    Theirs(account).sale(sale, gross=5900).comes()
    reconcile(account)
    resolved(Discrepancy.objects.get(), "ignored")
    tomorrow = NOON + timedelta(days=1)
    theirs = Theirs(account, tomorrow.date())
    theirs.sale(sale, gross=50, occurred_at=tomorrow.isoformat()).comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.state, row.theirs, row.resolution) == (DiscrepancyState.OPEN, 5950, "")


def test_another_account_with_the_same_references_is_left_alone(account: ProviderAccount) -> None:
    other = the_account(code="other", merchant_id="mer_other")
    sale = a_sale(account)
    Theirs(other).sale(sale).comes()
    reconcile(other)
    assert found(other) == [("missing_in_ledger", f"capture:{sale.our_ref}")]
    assert found(account) == []


def test_an_adjustment_is_undone_once_the_missing_line_comes_after_all(
    account: ProviderAccount,
) -> None:
    sale = a_sale(account, 6000)
    Theirs(account).comes()
    reconcile(account)
    resolved(Discrepancy.objects.get(), "adjusted")
    assert posted("adjustment")["provider:sandbox", "GBP"] == -6000
    tomorrow = NOON + timedelta(days=1)
    Theirs(account, tomorrow.date()).sale(sale, occurred_at=tomorrow.isoformat()).comes()
    reconcile(account)
    assert (found(account), posted("adjustment")) == ([], {})


def test_an_adjusted_difference_that_stays_is_not_asked_about_again(
    account: ProviderAccount,
) -> None:
    a_sale(account, 6000)
    Theirs(account).comes()
    reconcile(account)
    resolved(Discrepancy.objects.get(), "adjusted")
    reconcile(account)
    assert found(account) == []
    assert posted("adjustment")["provider:sandbox", "GBP"] == -6000
