"""The database refuses what the invariants forbid, and the docs name its constraints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.db.models import Model

from orders.clock import now
from orders.models import Order, OrderLine
from payments.models import Attempt, Operation, Payment, Refund
from payments.providers.base import Status
from payments.states import Approval, AttemptStatus, OperationStatus
from tests.factories import UserFactory, a_payment, an_attempt, an_order, seen
from tests.orders.goods import a_received_return
from tests.payments.refunding import a_refund
from tests.payments.services.cast import a_hold, apply

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[2] / "docs" / "invariants.md"
PREFIXES = (
    "attempt_",
    "payment_",
    "operation_",
    "dispute_",
    "entry_",
    "posting_",
    "review_",
    "order_",
    "refund_",
)


def constraints() -> set[str]:
    tables: list[type[Model]] = [*apps.get_app_config("payments").get_models(), Order, OrderLine]
    return {each.name for table in tables for each in table._meta.constraints}


def test_the_page_names_constraints_that_exist() -> None:
    words = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", PAGE.read_text()))
    named = {word for word in words if word.startswith(PREFIXES)}

    assert len(named) > 20
    assert named <= constraints()


def test_two_attempts_of_a_payment_are_not_in_flight_at_once() -> None:
    order = an_order()
    first = an_attempt(order)
    apply(first, seen(first, Status.DECLINED))
    an_attempt(order)

    with pytest.raises(IntegrityError, match=r"attempt_one_in_flight|payment_id"):
        Attempt.objects.filter(pk=first.pk).update(status=AttemptStatus.PROCESSING)


@pytest.mark.parametrize(
    "wrong", [{"superseded_at": now()}, {"reserved": 6001}], ids=["left", "too much"]
)
def test_an_attempt_reserves_at_most_its_amount(wrong: dict[str, Any]) -> None:
    an_attempt()

    with pytest.raises(IntegrityError, match="attempt_reserve_within_amount"):
        Attempt.objects.update(**wrong)


@pytest.mark.parametrize("model", [Attempt, Payment])
def test_surplus_was_captured(model: type[Attempt | Payment]) -> None:
    a_payment()

    with pytest.raises(IntegrityError, match="surplus_was_captured"):
        model._default_manager.update(surplus=6001)


def test_only_what_is_held_is_captured_by_us() -> None:
    a_hold()

    with pytest.raises(IntegrityError, match="attempt_captures_what_is_held"):
        Attempt.objects.update(capture_asked=6000, hold=False)


def test_a_settled_operation_is_not_sent_again() -> None:
    Operation.objects.create(
        attempt=an_attempt(),
        request_key="k",
        amount=1,
        status=OperationStatus.SUCCEEDED,
        next_run_at=None,
    )

    with pytest.raises(IntegrityError, match="operation_settled_is_not_sent"):
        Operation.objects.update(next_run_at=now())


@pytest.mark.parametrize("status", [OperationStatus.AWAITING_APPROVAL, OperationStatus.REJECTED])
def test_what_nobody_approved_was_never_sent(status: OperationStatus) -> None:
    Operation.objects.create(
        attempt=an_attempt(), request_key="k", amount=1, status=status, next_run_at=None
    )

    with pytest.raises(IntegrityError, match="operation_sent_only_once_approved"):
        Operation.objects.update(first_sent_at=now())


def test_who_asked_for_a_refund_is_not_who_approved_it() -> None:
    me = UserFactory.create()
    refund = a_refund(a_payment(), 100, requested_by=me.pk)

    with pytest.raises(IntegrityError, match="refund_approved_by_another"):
        Refund.objects.filter(pk=refund.pk).update(
            approval=Approval.APPROVED, decided_by=me, decided_at=now()
        )


def test_a_return_has_one_refund_that_nobody_rejected() -> None:
    asked = a_received_return()
    payment = Payment.objects.get()
    a_refund(payment, 100, return_id=asked.pk)

    with pytest.raises(IntegrityError, match=r"refund_of_a_return_once|return_request_id"):
        Refund.objects.create(payment=payment, request_key="k", amount=1, return_request=asked)


def test_a_line_refunds_no_more_pieces_than_it_has() -> None:
    an_order()

    with pytest.raises(IntegrityError, match="order_line_refunded_within_quantity"):
        OrderLine.objects.update(refunded=2)


def test_only_refunded_pieces_are_put_back() -> None:
    an_order()

    with pytest.raises(IntegrityError, match="order_line_restocked_was_refunded"):
        OrderLine.objects.update(restocked=1)
