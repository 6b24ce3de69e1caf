"""Which payout what is missing went with, where its moment is all that is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.models import Discrepancy, FeeRule, Payout, ProviderAccount
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from tests.factories import later
from tests.payments.reconciliation.books import (
    DAY,
    NOON,
    Theirs,
    a_sale,
    at_noon,
    found,
    paid,
    resolved,
    statement,
    the_account,
    with_agreed_fee,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)
HOUR = timedelta(hours=1)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def account() -> ProviderAccount:
    return with_agreed_fee()


def test_a_payout_is_explained_by_its_last_line_being_left_out(account: ProviderAccount) -> None:
    evening = (NOON + 6 * HOUR).isoformat()
    theirs = Theirs(account).sale(a_sale(account, 6000), fee=80, payout="po_1")
    with later(HOUR):
        a_sale(account, 1000)
    sent = 5920 + 970
    theirs.line("payout", id="po_1", gross=-sent, payout="po_1", occurred_at=evening).comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["missing_in_provider"]


@pytest.mark.parametrize("how", ["ignored", "adjusted"])
def test_what_a_person_has_settled_explains_its_payout_still(
    account: ProviderAccount, how: str
) -> None:
    theirs = Theirs(account).sale(a_sale(account, 6000), gross=5900, fee=80, payout="po_1")
    theirs.line("payout", id="po_1", gross=-5920, payout="po_1").comes()
    reconcile(account)
    resolved(Discrepancy.objects.get(kind="amount"), how)
    reconcile(account)
    assert found(account) == []


def test_what_is_gone_since_it_was_settled_explains_nothing(account: ProviderAccount) -> None:
    sale = a_sale(account, 6000)
    wrong = Theirs(account).sale(sale, gross=5900, fee=80, payout="po_1").comes()
    reconcile(account)
    resolved(Discrepancy.objects.get(kind="amount"), "ignored")
    take_back(wrong.pk, by=None)
    theirs = Theirs(account).sale(sale, fee=80, payout="po_1")
    theirs.line("payout", id="po_1", gross=-6020, payout="po_1").comes()
    for hours in (1, 2):
        with later(HOUR * hours):
            reconcile(account)
    assert [kind for kind, _ in found(account)] == ["payout_total"]


@pytest.mark.parametrize("extra", ["po_1", "po_2"])
def test_a_line_that_stands_in_two_payouts_explains_the_one_that_is_short(
    account: ProviderAccount, extra: str
) -> None:
    twice, theirs = a_sale(account, 6000), Theirs(account)
    for payout in ("po_1", "po_2"):
        theirs.sale(twice, fee=80, payout=payout).sale(a_sale(account, 1000), fee=30, payout=payout)
        sent = 970 if payout == extra else 970 + 5920
        theirs.line("payout", id=payout, gross=-sent, payout=payout)
    theirs.comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["duplicate_in_provider"]
    assert Discrepancy.objects.get().payout == Payout.objects.get(ref=extra)


def test_a_line_that_stands_in_two_payouts_explains_only_one_of_them(
    account: ProviderAccount,
) -> None:
    twice, theirs = a_sale(account, 6000), Theirs(account)
    for payout in ("po_1", "po_2"):
        theirs.sale(twice, fee=80, payout=payout).sale(a_sale(account, 1000), fee=30, payout=payout)
        theirs.line("payout", id=payout, gross=-970, payout=payout)
    theirs.comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["duplicate_in_provider", "payout_total"]


@pytest.mark.parametrize(("sent", "left"), [(11840, []), (11850, ["payout_total"])])
def test_a_payout_is_explained_by_the_line_of_another_mode_that_it_names(
    account: ProviderAccount, sent: int, left: list[str]
) -> None:
    theirs = Theirs(account).sale(a_sale(account, 6000), fee=80, payout="po_1")
    theirs.sale(a_sale(account, 6000), fee=80, mode="live", payout="po_1")
    theirs.line("payout", id="po_1", gross=-sent, payout="po_1").comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == [*left, "wrong_account_or_mode"]


def _left_out(account: ProviderAccount, short: int) -> None:
    """Forty sales of 60.00 are in no line, and the payout is so much less than with them."""
    account.fee_rules.update(tolerance=50)
    for _ in range(40):
        a_sale(account)
    after = (NOON + HOUR).isoformat()
    theirs = Theirs(account).sale(a_sale(account), fee=80, occurred_at=after, payout="po_1")
    sent = 41 * 5920 - short
    theirs.line("payout", id="po_1", gross=-sent, payout="po_1", occurred_at=after).comes()
    reconcile(account)


def test_lines_that_were_left_out_explain_no_more_than_they_come_to(
    account: ProviderAccount,
) -> None:
    _left_out(account, 2)
    assert found(account)[-1][0] == "payout_total"


def test_fees_that_are_guessed_may_be_rounded_line_by_line(account: ProviderAccount) -> None:
    account.fee_rules.update(fixed="20.4")
    _left_out(account, 0)
    assert {kind for kind, _ in found(account)} == {"missing_in_provider"}


def linked(account: ProviderAccount) -> dict[str, str]:
    """What explains a payout, by kind, and which."""
    rows = Discrepancy.objects.filter(account=account).exclude(payout=None)
    return dict(rows.exclude(about="payout").values_list("kind", "payout__ref"))


def test_what_came_with_another_payout_after_all_explains_none_any_more(
    account: ProviderAccount,
) -> None:
    late = a_sale(account, 1000)
    paid(account, 5920 + 970).comes()
    reconcile(account)
    assert (found(account), linked(account)) == (
        [("missing_in_provider", f"capture:{late.our_ref}")],
        {"missing_in_provider": "po_1"},
    )

    with later(ONE_DAY):
        Theirs(account, DAY + ONE_DAY).sale(late, fee=30, payout="po_2").comes()
        reconcile(account)

    assert (found(account), linked(account)) == ([("payout_total", "payout_total:po_1:GBP")], {})


def test_where_some_of_what_explains_a_payout_is_gone_the_rest_explains_it_no_more(
    account: ProviderAccount,
) -> None:
    late, _missing = a_sale(account, 1000), a_sale(account, 500)
    paid(account, 5920 + 970 + 475).comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["missing_in_provider"] * 2

    with later(ONE_DAY):
        Theirs(account, DAY + ONE_DAY).sale(late, fee=30, payout="po_2").comes()
        reconcile(account)

    assert [kind for kind, _ in found(account)] == ["missing_in_provider", "payout_total"]
    assert linked(account) == {}


@pytest.mark.parametrize("settled", [False, True])
def test_a_line_of_a_file_that_was_taken_back_explains_nothing(
    account: ProviderAccount, settled: bool
) -> None:
    theirs = Theirs(account, DAY - ONE_DAY)
    before = theirs.line("capture", gross=6000, fee=80, mode="live", payout="po_1").comes()
    paid(account, 2 * 5920).comes()
    reconcile(account)
    assert linked(account) == {"wrong_account_or_mode": "po_1"}
    if settled:
        resolved(Discrepancy.objects.get(), "ignored")

    take_back(before.pk, by=None)
    with later(HOUR):
        reconcile(account)

    assert (found(account), linked(account)) == ([("payout_total", "payout_total:po_1:GBP")], {})


def test_where_a_payout_differs_no_more_nothing_explains_it(account: ProviderAccount) -> None:
    missing, theirs = a_sale(account, 1000), paid(account, 5920 + 970)
    wrong = theirs.comes()
    reconcile(account)
    assert linked(account) == {"missing_in_provider": "po_1"}

    take_back(wrong.pk, by=None)
    theirs.rows[-1] = theirs.rows[-1].replace("-6890", "-5920")
    theirs.comes()
    reconcile(account)

    assert found(account) == [("missing_in_provider", f"capture:{missing.our_ref}")]
    assert linked(account) == {}


def test_a_line_too_many_explains_what_the_bank_got(account: ProviderAccount) -> None:
    sale = a_sale(account)
    twice = Theirs(account).sale(sale, fee="80", payout="po_1").sale(sale, fee="80", payout="po_1")
    twice.line("payout", id="po_1", gross=-11_840, payout="po_1").comes()
    statement((DAY, "59.20", "po_1"))

    reconcile(account)

    assert found(account) == [("duplicate_in_provider", f"capture:{sale.our_ref}")]
    assert Discrepancy.objects.get().payout == Payout.objects.get()


def test_what_the_bank_got_is_asked_where_the_lines_come_to_something_else(
    account: ProviderAccount,
) -> None:
    sale = a_sale(account)
    twice = Theirs(account).sale(sale, fee="80", payout="po_1").sale(sale, fee="80", payout="po_1")
    twice.line("payout", id="po_1", gross=-11_840, payout="po_1").comes()
    statement((DAY, "59.00", "po_1"))

    reconcile(account)

    assert {kind for kind, _subject in found(account)} == {"duplicate_in_provider", "bank_total"}


def test_a_line_too_many_that_was_settled_in_another_currency_explains_its_payout() -> None:
    account = the_account()
    FeeRule.objects.create(account=account, currency="GBP", percent=1, fixed=20, tolerance=1)
    sale = a_sale(account, 6000, "EUR")
    abroad = {"fee": "70", "payout": "po_1", "settled_currency": "GBP", "settled_gross": 5000}
    twice = Theirs(account).sale(sale, **abroad).sale(sale, **abroad)
    twice.line("payout", id="po_1", gross=-4930, payout="po_1").comes()

    reconcile(account)

    assert found(account) == [("duplicate_in_provider", f"capture:{sale.our_ref}")]


@pytest.mark.parametrize("paid", [1939, 1940])
def test_of_half_a_penny_the_provider_may_keep_either_half(
    account: ProviderAccount, paid: int
) -> None:
    FeeRule.objects.all().delete()
    report = Theirs(account)
    for _ in range(2):
        report.sale(a_sale(account, 1000), fee="30.25", payout="po_1")
    report.line("payout", id="po_1", gross=-paid, payout="po_1").comes()

    reconcile(account)

    assert found(account) == []


def test_what_we_have_in_another_currency_is_not_exchanged_by_the_rate_of_the_line() -> None:
    account = the_account()
    sale = a_sale(account, 6000)
    abroad = {"currency": "EUR", "settled_currency": "GBP", "settled_gross": 6100}
    wrong = Theirs(account).sale(sale, gross=7000, payout="po_1", **abroad)
    wrong.line("payout", id="po_1", gross=-6000, payout="po_1").comes()

    reconcile(account)

    assert found(account) == [("currency", f"capture:{sale.our_ref}")]
    assert Discrepancy.objects.get().payout == Payout.objects.get()


def test_lines_too_many_have_a_fee_each_whatever_they_were_settled_for() -> None:
    account = the_account()
    FeeRule.objects.create(account=account, currency="GBP", percent=0, fixed=20, tolerance=1)
    sale = a_sale(account, 1000, "EUR")
    lines = Theirs(account)
    for settled in (833, 833, 834):
        abroad = {"settled_currency": "GBP", "settled_gross": settled}
        lines.sale(sale, fee="20", payout="po_1", **abroad)
    lines.line("payout", id="po_1", gross=-813, payout="po_1").comes()

    reconcile(account)

    assert found(account) == [("duplicate_in_provider", f"capture:{sale.our_ref}")]
