"""The provider's ids of an attempt: each is kept once, and who is known is not written again."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from payments.models import ProviderObject as Kept
from payments.providers.base import ProviderObject, Status
from tests.factories import an_attempt, captured, seen
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db
PAYMENT, CHARGE = ProviderObject("payment", "pay_1"), ProviderObject("charge", "ch_1")


def test_a_second_sight_of_a_known_payment_costs_the_two_statements_of_its_locks(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    attempt = an_attempt()
    told = captured(attempt, objects=(PAYMENT,))
    apply(attempt, told)

    with django_assert_num_queries(2 + 1):  # the last one is `apply` of these tests, which looks
        apply(attempt, told)


def test_what_is_named_later_is_kept_too() -> None:
    attempt = an_attempt()

    apply(attempt, seen(attempt, Status.REQUIRES_ACTION, objects=(PAYMENT,)))
    apply(attempt, captured(attempt, objects=(PAYMENT, CHARGE)))

    assert list(Kept.objects.order_by("pk").values_list("kind", "object_id", "attempt")) == [
        ("payment", "pay_1", attempt.pk),
        ("charge", "ch_1", attempt.pk),
    ]


def test_an_id_that_is_known_of_another_kind_is_kept() -> None:
    attempt = an_attempt()
    namesake = ProviderObject("charge", PAYMENT.id)

    apply(attempt, captured(attempt, objects=(PAYMENT,)))
    apply(attempt, captured(attempt, objects=(namesake,)))

    assert Kept.objects.filter(object_id=PAYMENT.id).count() == 2
