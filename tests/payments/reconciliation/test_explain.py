"""Which payout what is missing went with, where its moment is all that is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.models import FeeRule, ProviderAccount
from payments.reconciliation.run import reconcile
from tests.factories import later
from tests.payments.reconciliation.books import NOON, Theirs, a_sale, at_noon, found, the_account

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)
HOUR = timedelta(hours=1)


@pytest.fixture
def account() -> ProviderAccount:
    """With an agreed fee of 1 % and 20 pence."""
    account = the_account()
    FeeRule.objects.create(account=account, currency="GBP", percent=1, fixed=20, tolerance=1)
    return account


def test_a_payout_is_explained_by_its_last_line_being_left_out(account: ProviderAccount) -> None:
    evening = (NOON + 6 * HOUR).isoformat()
    theirs = Theirs(account).sale(a_sale(account, 6000), fee=80, payout="po_1")
    with later(HOUR):
        a_sale(account, 1000)
    sent = 5920 + 970
    theirs.line("payout", id="po_1", gross=-sent, payout="po_1", occurred_at=evening).comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["missing_in_provider"]
