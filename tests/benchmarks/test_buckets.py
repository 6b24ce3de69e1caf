"""Every line falls into exactly one bucket, by the first rule that fits."""

from decimal import Decimal

import pytest

from benchmarks.replay.buckets import Bucket, Part, Sorter
from benchmarks.replay.lines import Line


def a_line(
    invoice: str = "1", code: str = "10001", pieces: int = 1, **other: str | Decimal
) -> Line:
    given = {"description": "Thing", "price": "1.00", "customer": "7", "country": "Malta"} | other
    return Line(
        invoice=invoice,
        code=code,
        quantity=pieces,
        description=str(given["description"]),
        price=Decimal(given["price"]),
        customer=str(given["customer"]),
        country=str(given["country"]),
    )


SALES = [
    (a_line("A1", "B", price="-5.00"), Bucket.BAD_DEBT),
    (a_line("A1", "10001", -1, price="0.0"), Bucket.BAD_DEBT),
    (a_line(code="10001", pieces=-3, price="0.0"), Bucket.STOCK_CORRECTION),
    (a_line(code="POST", price="0.0"), Bucket.FREE),
    (a_line(price="0.001"), Bucket.SUB_PENNY),
    (a_line(code="POST", price="0.001"), Bucket.SUB_PENNY),
    (a_line(code="POST"), Bucket.NOT_GOODS),
    (a_line(code="1000"), Bucket.NOT_GOODS),
    (a_line(code="100011"), Bucket.NOT_GOODS),
    (a_line(code="10001A1"), Bucket.NOT_GOODS),
    (a_line(code="GIFT_0001_10"), Bucket.NOT_GOODS),
    (a_line(code="10001"), Bucket.SOLD),
    (a_line(code="10001BL"), Bucket.SOLD),
    (a_line(code="DCGS0001"), Bucket.SOLD),
    (a_line(price="1.5"), Bucket.SOLD),
    (a_line(customer=""), Bucket.SOLD),
]


@pytest.mark.parametrize(("line", "bucket"), SALES)
def test_a_sale_goes_by_the_first_rule(line: Line, bucket: Bucket) -> None:
    assert Sorter().sort(line).bucket is bucket


CANCELLATIONS = [
    (a_line("C9", "POST", -1, customer=""), Bucket.C_NOT_GOODS),
    (a_line("C9", "10001", -1, customer=""), Bucket.C_GUEST),
    (a_line("C9", "10002", -1), Bucket.C_NO_EARLIER_PURCHASE),
    (a_line("C9", "10001", -1, customer="8"), Bucket.C_NO_EARLIER_PURCHASE),
    (a_line("C9", "10001", -1, price="1.01"), Bucket.C_OTHER_PRICE),
    (a_line("C9", "10001", -6), Bucket.C_MORE_THAN_BOUGHT),
    (a_line("C9", "10001", -5), Bucket.REFUNDED),
    (a_line("C9", "10001", -5, price="1.0"), Bucket.REFUNDED),
]


@pytest.mark.parametrize(("line", "bucket"), CANCELLATIONS)
def test_a_cancellation_goes_by_the_first_rule(line: Line, bucket: Bucket) -> None:
    sorter = Sorter()
    sorter.sort(a_line("1", pieces=2))
    sorter.sort(a_line("2", pieces=3))
    assert sorter.sort(line).bucket is bucket


def test_the_newest_invoice_is_given_back_first() -> None:
    sorter = Sorter()
    sorter.sort(a_line("1", pieces=2))
    sorter.sort(a_line("2", pieces=3))
    assert sorter.sort(a_line("C9", pieces=-4)).parts == (Part("2", 3), Part("1", 1))


def test_a_refused_line_takes_nothing() -> None:
    sorter = Sorter()
    sorter.sort(a_line("1", pieces=2))
    sorter.sort(a_line("C8", pieces=-3))
    assert sorter.sort(a_line("C9", pieces=-2)).parts == (Part("1", 2),)


def test_what_was_given_back_is_gone_but_was_bought() -> None:
    sorter = Sorter()
    sorter.sort(a_line("1"))
    sorter.sort(a_line("C8", pieces=-1))
    assert sorter.sort(a_line("C9", pieces=-1)).bucket is Bucket.C_MORE_THAN_BOUGHT


def test_a_line_that_was_not_sold_is_no_purchase() -> None:
    sorter = Sorter()
    sorter.sort(a_line("1", price="0.0"))
    assert sorter.sort(a_line("C9", pieces=-1)).bucket is Bucket.C_NO_EARLIER_PURCHASE
