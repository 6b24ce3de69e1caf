"""demo_setup makes the shop ready to sell, and a second run changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth import authenticate, get_user_model
from django.contrib.staticfiles import finders
from django.core.management import CommandError, call_command
from pytest_django import Settings

from demo.models import Product
from demo.shelves import PRODUCTS, fill_shelves
from payments.models import ProviderAccount

pytestmark = pytest.mark.django_db
ENTRIES: list[dict[str, Any]] = json.loads(PRODUCTS.read_text("utf-8"))
PICTURE_BYTES = 15_000


def set_up(settings: Settings, bank: str) -> None:
    settings.DEMO = settings.DEMO | {"bank_url": bank, "admin_password": "a-good-password"}
    call_command("demo_setup", verbosity=0)


def rows() -> list[list[tuple[Any, ...]]]:
    models = (Product, get_user_model(), ProviderAccount)
    return [list(model._default_manager.order_by("pk").values_list()) for model in models]


def test_it_fills_the_shelves_makes_the_admin_and_signs_up_at_the_bank(
    settings: Settings, bank: str
) -> None:
    set_up(settings, bank)
    assert Product.objects.count() == len(ENTRIES) == 24
    assert authenticate(username="admin", password="a-good-password")
    assert ProviderAccount.objects.get(provider="sandbox").merchant_id


def test_a_second_run_changes_nothing(settings: Settings, bank: str) -> None:
    set_up(settings, bank)
    before = rows()
    set_up(settings, bank)
    assert rows() == before


def test_a_new_password_replaces_the_old_one(settings: Settings, bank: str) -> None:
    get_user_model().objects.create_superuser("admin", password="an-older-one")
    set_up(settings, bank)
    assert authenticate(username="admin", password="a-good-password")


def test_a_bank_that_does_not_answer_is_a_clear_error(settings: Settings) -> None:
    with pytest.raises(CommandError, match="Start it, or correct TILL_BANK_URL"):
        set_up(settings, "http://127.0.0.1:9")


def test_another_secret_key_than_the_one_that_sealed_is_a_clear_error(
    settings: Settings, bank: str
) -> None:
    set_up(settings, bank)
    settings.PAYMENTS = {**settings.PAYMENTS, "secret_keys": [Fernet.generate_key().decode()]}

    with pytest.raises(CommandError, match=r"restore it, or delete the data folder"):
        set_up(settings, bank)


def test_stock_that_was_sold_is_not_put_back() -> None:
    fill_shelves()
    Product.objects.filter(slug="stoneware-teapot").update(stock=1, price=1)
    fill_shelves()
    teapot = Product.objects.get(slug="stoneware-teapot")
    assert (teapot.stock, teapot.price) == (1, 4200)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["slug"])
def test_each_product_has_a_small_picture_with_a_title(entry: dict[str, Any]) -> None:
    found = finders.find(entry["picture"])
    assert found
    drawing = Path(found).read_bytes()
    assert len(drawing) < PICTURE_BYTES
    assert b"<title" in drawing
