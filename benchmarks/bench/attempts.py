"""Orders whose shoppers are at the bank: some through the services, many more as their copies.

Import it with Django set up.
"""

from datetime import timedelta
from typing import Any

from django.db import connection, models

from orders.clock import now
from orders.models import Address, Order, OrderLine, new_token
from orders.money import Money
from orders.services.place import AddressDraft, LineDraft, OrderDraft, place_order
from payments.models import Attempt, Payment
from payments.registry import payment_options
from payments.services.open import open_payment
from payments.states import AttemptStatus

PRICE = Money(1000, "GBP")
ADDRESS = AddressDraft(
    name="Sam Shopper", line1="1 Test Street", city="Testford", country="GB", postcode="TE5 7ER"
)


def open_one() -> Attempt:
    """A new order's attempt, as it stands while its shopper is at the bank."""
    draft = OrderDraft(
        checkout_key=new_token(),
        currency=PRICE.currency,
        email="sam@example.com",
        language="en",
        lines=[LineDraft("SKU", "A thing", 1, PRICE)],
        address=ADDRESS,
    )
    attempt = open_payment(place_order(draft), payment_options(PRICE)[0])
    if attempt is None:
        raise TypeError("an order that costs something has an attempt")
    Attempt.objects.filter(pk=attempt.pk).update(
        status=AttemptStatus.REQUIRES_ACTION, next_poll_at=None
    )
    return attempt


def open_waiting(count: int) -> list[str]:
    """The references of so many attempts whose orders can be sold and mailed about: copies too."""
    attempt = open_one()
    order = attempt.payment.order
    first = attempt.pk + attempt.payment_id + order.pk
    _copy(Order, order.pk, first=first, count=count)
    _copy(OrderLine, order.lines.get().pk, first=first, count=count)
    _copy(Address, order.address.pk, first=first, count=count)
    _copy(Payment, attempt.payment_id, first=first, count=count)
    _copy(Attempt, attempt.pk, first=first, count=count)
    return list(Attempt.objects.filter(pk__gte=first).values_list("our_ref", flat=True))


def open_many(count: int) -> None:
    """So many attempts that got no answer an hour ago and are not due: copies of a new one."""
    attempt = open_one()
    Attempt.objects.filter(pk=attempt.pk).update(
        status=AttemptStatus.UNKNOWN,
        created_at=now() - timedelta(hours=1),
        next_poll_at=now() + timedelta(days=1),
    )
    first = attempt.pk + attempt.payment_id + attempt.payment.order_id
    _copy(Order, attempt.payment.order_id, first=first, count=count)
    _copy(Payment, attempt.payment_id, first=first, count=count)
    _copy(Attempt, attempt.pk, first=first, count=count)


def make_due(count: int) -> None:
    """Let so many of the copies be due, spread evenly over the table."""
    waiting = Attempt.objects.filter(status=AttemptStatus.UNKNOWN).order_by("pk")
    every = waiting.values_list("pk", flat=True)[:: waiting.count() // count][:count]
    Attempt.objects.filter(pk__in=list(every)).update(next_poll_at=now() - timedelta(minutes=1))


def _copy(model: type[models.Model], pk: int, *, first: int, count: int) -> None:
    """Copy one row; copies of an order, its payment and its attempt get the same key."""
    meta, quote = model._meta, connection.ops.quote_name  # noqa: SLF001  # Django's documented _meta
    columns = {quote(str(field.column)): _value(field) for field in meta.concrete_fields}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(meta.db_table)} ({', '.join(columns)}) "  # noqa: S608  # our own names
            f"SELECT {', '.join(columns.values())} FROM {quote(meta.db_table)}, "
            "generate_series(%s::bigint, %s::bigint) AS n WHERE id = %s",
            [first, first + count - 1, pk],
        )
        table = meta.db_table
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608  # our own names
        )
        cursor.execute(f"ANALYZE {quote(table)}")


def _value(field: "models.Field[Any, Any]") -> str:
    """What a copy has in a column: its own key, words and moment, else what the first has."""
    if field.primary_key or field.related_model in {Order, Payment}:
        return "n"
    if field.name == "placed_at":
        return "placed_at - n * interval '1 second'"
    if field.unique:
        return f"lpad(n::text, {min(field.max_length or 20, 20)}, '0')"
    return connection.ops.quote_name(str(field.column))
