"""What a file says that is still being read is asked nobody, and changes no decision."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.models import Discrepancy, ProviderAccount, SettlementFile
from payments.models.discrepancy import DiscrepancyState
from payments.models.settlement import FileState
from payments.providers.cause import because
from payments.providers.reports import BadLine
from payments.reconciliation.reading import Claim, Reader, silent
from payments.reconciliation.run import reconcile
from tests.payments.admin.books.cast import SEE, page_of
from tests.payments.admin.cast import staff
from tests.payments.reconciliation.books import (
    DAY,
    Theirs,
    a_sale,
    at_noon,
    posted,
    resolved,
    the_account,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


def being_read(file: SettlementFile) -> Discrepancy:
    """As if its reader had stored a first part, with a line that cannot be read."""
    SettlementFile.objects.filter(pk=file.pk).update(state=FileState.READING, claim="mine")
    row = Discrepancy.objects.get(file=file)
    row.state = DiscrepancyState.DRAFT
    row.save()
    return row


def test_a_draft_undoes_nothing_that_a_person_has_booked(account: ProviderAccount) -> None:
    attempt = a_sale(account)
    Theirs(account).line("adjustment", gross=1).comes()
    reconcile(account)
    asked = Discrepancy.objects.get(kind="missing_in_provider")
    resolved(asked, "adjusted")
    booked = posted("adjustment")
    other = Theirs(account, DAY - timedelta(days=1), rows=[f"bad,{attempt.our_ref}"])
    being_read(other.comes())

    reconcile(account)

    asked.refresh_from_db()
    assert (asked.resolution, posted("adjustment")) == ("adjusted", booked)


def test_staff_see_no_draft(account: ProviderAccount) -> None:
    row = being_read(Theirs(account, rows=["bad,line"]).comes())
    clerk = staff(SEE)

    assert clerk.get("/admin/payments/discrepancy/").content.decode().count("line:") == 0
    assert clerk.get(page_of(row)).status_code in {302, 404}


def test_once_the_file_has_ended_its_questions_are_open(account: ProviderAccount) -> None:
    row = being_read(Theirs(account, rows=["bad,line"]).comes())
    assert row.file

    reader = Reader(row.file, Claim("mine", silent), lines=5)
    reader.count(0, [BadLine(7, because("no amount"), "bad,line")])
    reader.end()

    row.refresh_from_db()
    assert row.state == DiscrepancyState.OPEN
