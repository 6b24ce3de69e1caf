"""Writing what has changed of a row: its totals of facts never shrink, whoever writes."""

from __future__ import annotations

import pytest

from payments.errors import LostUpdate
from payments.models import Attempt
from payments.services.changes import GROWING, as_read, save_changes
from tests.factories import an_attempt

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt() -> Attempt:
    return an_attempt()


@pytest.mark.parametrize("total", sorted(GROWING))
def test_a_total_that_somebody_made_greater_meanwhile_is_not_made_less(
    attempt: Attempt, total: str
) -> None:
    before = as_read(attempt)
    Attempt.objects.update(**{total: 5000})
    setattr(attempt, total, 4000)

    with pytest.raises(LostUpdate, match="has more than it would be left with"):
        save_changes(attempt, before)

    assert getattr(Attempt.objects.get(), total) == 5000


def test_what_is_written_with_a_total_that_would_shrink_is_not_written_either(
    attempt: Attempt,
) -> None:
    before = as_read(attempt)
    Attempt.objects.update(captured=5000)
    attempt.captured, attempt.error_code = 4000, "card_declined"

    with pytest.raises(LostUpdate):
        save_changes(attempt, before)

    assert Attempt.objects.get().error_code == ""


def test_what_is_no_total_may_become_less(attempt: Attempt) -> None:
    before = as_read(attempt)
    attempt.reserved -= 1000

    save_changes(attempt, before)

    assert Attempt.objects.get().reserved == before["reserved"] - 1000  # type: ignore[operator]  # read as object
