"""The account, its webhook endpoints and its domains."""

from __future__ import annotations

import pytest
import stripe

from tests.fakes.cast import Shop


def test_an_account_tells_what_it_may(shop: Shop) -> None:
    told = shop.api.accounts.retrieve_current()
    assert (told.id, told.country, told.default_currency) == (shop.merchant.id, "GB", "gbp")
    assert told.charges_enabled


def test_a_suspended_account_charges_nobody(shop: Shop) -> None:
    shop.fake.suspend(shop.merchant.id)
    with pytest.raises(stripe.InvalidRequestError, match="cannot currently make live charges"):
        shop.session()
    assert shop.api.accounts.retrieve_current().charges_enabled is False


def test_another_account_is_none_of_ours(shop: Shop) -> None:
    with pytest.raises(stripe.PermissionError):
        shop.api.accounts.retrieve(shop.fake.open_account().id)


def test_an_endpoint_is_changed_and_disabled(shop: Shop) -> None:
    made = shop.listen("charge.succeeded")
    told = shop.api.webhook_endpoints.update(
        made.id, {"enabled_events": ["charge.refunded"], "disabled": True}
    )
    assert (told.enabled_events, told.status) == (["charge.refunded"], "disabled")
    shop.paid()
    assert shop.fake.letters(shop.merchant.id) == []


def test_a_live_endpoint_is_https(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.merchant.live_key}", "Idempotency-Key": "k"}
    form = {"url": "http://shop.example/hook", "enabled_events[0]": "*"}
    answer = shop.raw("POST", "/v1/webhook_endpoints", data=form, headers=headers)
    assert answer.json()["error"]["code"] == "url_invalid"


@pytest.mark.parametrize(
    ("name", "status"), [("shop.test", "active"), ("shop.invalid", "inactive")]
)
def test_a_domain_shows_wallets_where_stripe_reaches_it(shop: Shop, name: str, status: str) -> None:
    made = shop.api.payment_method_domains.create({"domain_name": name})
    assert made.apple_pay.status == status
    assert shop.api.payment_method_domains.validate(made.id).apple_pay.status == status


def test_a_domain_is_registered_once(shop: Shop) -> None:
    first = shop.api.payment_method_domains.create({"domain_name": "shop.test"})
    again = shop.api.payment_method_domains.create({"domain_name": "shop.test"})
    assert first.id == again.id
    assert len(shop.api.payment_method_domains.list({"domain_name": "shop.test"}).data) == 1


def test_a_domain_is_a_name(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="valid domain"):
        shop.api.payment_method_domains.create({"domain_name": "https://shop.test"})


def test_what_the_owner_switched_on_is_told(shop: Shop) -> None:
    shop.fake.limit(shop.merchant.id, methods=["card", "alipay"])
    (told,) = shop.api.payment_method_configurations.list().data
    assert (told.is_default, told.active) == (True, True)
    taken = {each: told[each].available for each in ("card", "alipay", "wechat_pay")}
    assert taken == {"card": True, "alipay": True, "wechat_pay": False}
