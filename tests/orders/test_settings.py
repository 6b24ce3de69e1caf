"""Settings that cannot work stop the start, and the message says what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from orders.checks import SMTP
from orders.clock import clock_at, now
from orders.conf import OrderSettings, order_settings
from orders.errors import OutOfStock
from orders.services.stock import EndlessStock, configured_stock
from payments.checks.settings import check_managers
from payments.conf import PaymentSettings, payment_settings
from shop.conf import ShopSettings, shop_settings

READERS: dict[str, Callable[[], object]] = {
    "ORDERS": order_settings,
    "PAYMENTS": payment_settings,
    "SHOP": shop_settings,
}


def found() -> dict[str, CheckMessage]:
    return {str(message.id): message for message in run_checks()}


def test_the_demo_has_nothing_to_mend() -> None:
    assert found() == {}


@pytest.mark.parametrize("name", READERS)
def test_an_unknown_setting_is_named_beside_those_that_exist(name: str, settings: Settings) -> None:
    setattr(settings, name, {**getattr(settings, name), "colour": "red"})

    with pytest.raises(ImproperlyConfigured, match=rf"{name} has no setting colour; it knows .*,"):
        READERS[name]()


@pytest.mark.parametrize("name", READERS)
def test_an_unknown_setting_stops_the_start(name: str, settings: Settings) -> None:
    setattr(settings, name, {**getattr(settings, name), "colour": "red"})

    (message,) = [message for message in found().values() if "colour" in message.msg]
    assert message.hint == f"Mend the dict {name}."


def test_a_missing_setting_is_named(settings: Settings) -> None:
    settings.SHOP = {}

    with pytest.raises(ImproperlyConfigured, match=r"SHOP: .*'catalog'"):
        shop_settings()


@pytest.mark.parametrize("kind", [OrderSettings, PaymentSettings, ShopSettings])
def test_settings_never_change(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]  # all are dataclasses
    assert all(field.name.islower() for field in fields(kind))


@pytest.mark.parametrize(
    ("setting", "path"), [("stock", "nowhere.Stock"), ("order_url", "shop.links.nothing")]
)
def test_a_path_that_leads_nowhere_stops_the_start(
    setting: str, path: str, settings: Settings
) -> None:
    settings.ORDERS = {**settings.ORDERS, setting: path}

    assert f'ORDERS["{setting}"]' in str(found()["orders.E003"].hint)


def test_a_catalogue_that_leads_nowhere_stops_the_start(settings: Settings) -> None:
    settings.SHOP = {**settings.SHOP, "catalog": "nowhere.Catalog"}

    assert 'SHOP["catalog"]' in str(found()["shop.E002"].hint)


def test_a_site_without_time_zones_is_not_started(settings: Settings) -> None:
    settings.USE_TZ = False

    assert found()["orders.E001"].hint == "Set USE_TZ = True."


def test_bodies_that_are_kept_for_no_time_stop_the_start(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "body_days": 0}

    assert 'PAYMENTS["body_days"]' in str(found()["payments.E006"].hint)


@pytest.mark.parametrize("name", ["approve_refunds_above", "approve_resolutions_above"])
@pytest.mark.parametrize("limit", [{"GBP": "1.234"}, {"GBP": "much"}, {"GBP": 250}, {"pound": "1"}])
def test_a_limit_that_is_no_amount_stops_the_start(
    settings: Settings, name: str, limit: dict[str, object]
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, name: limit}

    assert f'PAYMENTS["{name}"]' in str(found()["payments.E007"].hint)


@pytest.mark.parametrize(("managers", "warned"), [([], 1), ([("Ann", "ann@example.com")], 0)])
def test_a_site_whose_managers_have_no_names_is_warned_before_it_goes_live(
    settings: Settings, managers: list[tuple[str, str]], warned: int
) -> None:
    settings.MANAGERS = managers

    assert len(check_managers()) == warned


@pytest.fixture
def smtp(settings: Settings) -> Settings:
    """A site that sends by SMTP, as Django does by default, and has no MAILERS yet."""
    if hasattr(settings, "MAILERS"):
        pytest.skip("MAILERS have taken the place of these settings")
    settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = SMTP, None
    return settings


def test_a_mail_server_that_may_take_for_ever_is_warned_of(smtp: Settings) -> None:
    assert "EMAIL_TIMEOUT = 10" in str(found()["orders.W001"].hint)


def test_a_mail_server_with_a_time_out_is_not_warned_of(smtp: Settings) -> None:
    smtp.EMAIL_TIMEOUT = 10

    assert found() == {}


@pytest.mark.parametrize(
    ("mailer", "warned"),
    [
        ({}, {"orders.W001"}),
        ({"BACKEND": SMTP, "OPTIONS": {"host": "localhost"}}, {"orders.W001"}),
        ({"OPTIONS": {"timeout": 10}}, set()),
        ({"BACKEND": "demo.mail.MailboxBackend"}, set()),
    ],
)
def test_the_time_out_of_a_mailer_counts_where_there_are_mailers(
    mailer: dict[str, object], warned: set[str], settings: Settings
) -> None:
    settings.MAILERS = {"default": mailer}

    assert set(found()) == warned


def test_goods_never_run_out_where_no_stock_is_named(settings: Settings) -> None:
    settings.ORDERS = {}
    stock = configured_stock()

    stock.take(ref="A", lines=[])
    stock.give_back(ref="A", lines=[])

    assert isinstance(stock, EndlessStock)


def test_what_ran_out_is_named() -> None:
    assert str(OutOfStock({"B", "A"})) == "out of stock: A, B"


def test_the_clock_is_put_back_after_a_simulation() -> None:
    noon = now().replace(year=2010, hour=12)

    with clock_at(lambda: noon):
        assert now() == noon

    assert now() > noon
