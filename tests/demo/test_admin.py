"""The demo's own rows in the admin."""

import pytest
from django.test import Client
from django.urls import reverse

from demo.models import StockMovement
from demo.stock import DemoStock
from orders.services.stock import StockLine
from tests.factories import a_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def movement() -> StockMovement:
    DemoStock().take(ref="ORDER", lines=[StockLine(a_product().sku, 2)])
    return StockMovement.objects.get()


def test_a_movement_of_stock_can_be_looked_at(
    admin_client: Client, movement: StockMovement
) -> None:
    for page in ("changelist", "change"):
        args = [movement.pk] if page == "change" else []
        answer = admin_client.get(reverse(f"admin:demo_stockmovement_{page}", args=args))
        assert "ORDER" in answer.content.decode()


@pytest.mark.parametrize("act", ["add", "change", "delete"])
def test_a_movement_of_stock_is_made_by_nobody_by_hand(
    admin_client: Client, movement: StockMovement, act: str
) -> None:
    args = [] if act == "add" else [movement.pk]
    sent = {"ref": "X", "sku": "X", "direction": "take", "quantity": "9", "post": "yes"}

    answer = admin_client.post(reverse(f"admin:demo_stockmovement_{act}", args=args), sent)

    assert answer.status_code == 403
    assert list(StockMovement.objects.values_list("ref", "quantity")) == [("ORDER", 2)]
