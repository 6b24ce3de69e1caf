"""Lines of a provider's reports, as staff read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payments.admin.books.reported import LINES
from payments.providers.reports import LineKind
from tests.payments.admin.books.cast import SEE, page_of
from tests.payments.admin.cast import staff
from tests.payments.disagreeing import a_discrepancy, a_file, a_line

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "kind"), [("en", "refund that came back"), ("zh-hans", "被退回的退款")]
)
def test_a_line_says_what_it_is_in_words_and_its_fee_as_other_money(
    language: str, kind: str
) -> None:
    file = a_file()
    a_line(file, 7, kind="refund_reversed", fee=Decimal("47.0"))
    row = a_discrepancy(file=file, line_no=7)

    answer = staff(SEE).get(page_of(row), headers={"accept-language": language})

    page = answer.content.decode()
    assert f"<dd>{kind}</dd>" in page
    assert "<dd>£0.47</dd>" in page


def test_every_kind_of_line_has_words() -> None:
    assert LINES.keys() == set(LineKind)
