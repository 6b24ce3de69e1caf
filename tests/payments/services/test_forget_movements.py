"""What a bank statement says of others is forgotten after its time; payouts and amounts are not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.clock import now
from payments.models import BankLine
from payments.models.discrepancy import DiscrepancyKind, Resolution
from payments.models.settlement import FileKind
from payments.services.forget import forget_movements
from payments.tasks import forget_bodies
from tests.factories import later
from tests.payments.disagreeing import a_bank_line, a_discrepancy, a_file, a_payout, settle

pytestmark = pytest.mark.django_db
KEPT = timedelta(days=90)


def a_salary() -> BankLine:
    line = a_bank_line(a_payout())
    line.payout, line.reference, line.text, line.file.ended_at = None, "SAL-3", "Ann Smith", now()
    line.file.save()
    line.save()
    return line


def words(line: BankLine) -> tuple[str, str]:
    line.refresh_from_db()
    return line.reference, line.text


def test_a_movement_keeps_its_words_until_its_day() -> None:
    line = a_salary()

    with later(KEPT - timedelta(minutes=1)):
        assert forget_movements() == 0
    assert words(line) == ("SAL-3", "Ann Smith")


def test_whose_movement_it_was_is_forgotten_and_what_it_was_is_kept() -> None:
    line = a_salary()

    with later(KEPT + timedelta(minutes=1)):
        assert [forget_movements() for _ in range(2)] == [1, 0]

    assert words(line) == ("", "")
    assert (line.amount, line.currency, line.day.month) == (9000, "GBP", 11)


def test_what_a_payout_was_found_by_is_kept() -> None:
    line = a_bank_line(a_payout())
    line.file.ended_at = now()
    line.file.save()

    with later(KEPT * 2):
        assert forget_movements() == 0
    assert words(line) == ("po_1", "SANDBOX PAYMENTS")


@pytest.mark.parametrize("kind", FileKind)
@pytest.mark.parametrize(("settled", "kept"), [(True, ""), (False, "Ann Smith")])
def test_what_could_not_be_read_is_forgotten_once_it_is_settled(
    *, kind: FileKind, settled: bool, kept: str
) -> None:
    file = a_file(kind=kind, ended_at=now())
    said = {"detail": "%(text)s", "facts": {"text": "Ann Smith"}}
    row = a_discrepancy(DiscrepancyKind.UNPARSEABLE_LINE, file=file, account=file.account, **said)
    if settled:
        settle(row, Resolution.IGNORED)

    with later(KEPT * 2):
        forget_movements()

    row.refresh_from_db()
    assert (row.seen, bool(row.facts)) == (kept, bool(kept))


def test_the_nightly_task_forgets_movements() -> None:
    line = a_salary()

    with later(KEPT * 2):
        forget_bodies()
    assert words(line) == ("", "")
