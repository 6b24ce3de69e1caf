"""Who could only be refused is told so before they type."""

from __future__ import annotations

import pytest

from payments.reconciliation.resolve import take
from tests.payments.admin.books.cast import RESOLVE, SEE, deed_url
from tests.payments.admin.cast import staff
from tests.payments.disagreeing import a_discrepancy, a_person, settle

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("act", ["resolve", "evidence"])
def test_a_form_that_could_only_refuse_is_not_shown(act: str) -> None:
    settled, a_colleagues = a_discrepancy(subject="one"), a_discrepancy(subject="two")
    settle(settled)
    take(discrepancy_id=a_colleagues.pk, by=a_person("carol"))
    clerk = staff(SEE, RESOLVE)

    pages = [
        clerk.get(deed_url(row, act), follow=True).content.decode()
        for row in (settled, a_colleagues)
    ]

    assert "This is settled already." in pages[0]
    assert "Carol looks after this: take it over first." in pages[1]
