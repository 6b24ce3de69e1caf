"""Whatever is posted to a page of the shop or brought as a cookie, no page breaks."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

import pytest
from django.core.cache import cache
from django.test import Client

from orders.models import Order
from payments.models import ProviderAccount
from tests.factories import an_order
from tests.shop.cast import filled_in

pytestmark = pytest.mark.django_db

BAD = {
    "NUL": b"\0",
    "NUL inside": b"1\0002",
    "20 digits": b"9" * 20,
    "30 digits": b"9" * 30,
    "5000 digits": b"9" * 5000,
    "below nothing": b"-" + b"9" * 20,
    "an exponent": b"1e999999999",
    "not a number": b"NaN",
    "no UTF-8": b"\xff\xfe\x80",
    "half a surrogate": b"\xed\xa0\x80",
    "other digits": "\u0661\u00b2".encode(),
    "long": b"x" * 100_000,
}
LINE = {"sku": "SKU", "quantity": "1"}
COOKIES = ("sessionid", "csrftoken", "messages", "django_language")


def pages(client: Client, order: Order) -> dict[str, dict[str, str]]:
    """Every address of the shop that takes a form, with a form that is right."""
    return {
        "/cart/add/": LINE,
        "/cart/update/": LINE,
        "/cart/remove/": {"sku": "SKU"},
        "/checkout/": filled_in(client),
        f"/order/{order.link_token}/link/": {"email": "alice@example.com"},
        f"/payments/pay/{order.payment.token}/": {"method": "sandbox/card"},
        f"/payments/hooks/{ProviderAccount.objects.get().hook_token}/": {"id": "1"},
    }


def urlencoded(form: dict[str, bytes]) -> bytes:
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in form.items()).encode()


def multipart(form: dict[str, bytes]) -> bytes:
    head = b'--B\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    return b"".join(head % (name.encode(), value) for name, value in form.items()) + b"--B--\r\n"


SHAPES = {
    "application/x-www-form-urlencoded": urlencoded,
    "multipart/form-data; boundary=B": multipart,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("bad", BAD)
def test_no_field_of_a_form_breaks_a_page(shopper: Client, shape: str, bad: str) -> None:
    for path, right in pages(shopper, an_order()).items():
        sound = {name: value.encode() for name, value in right.items()}
        for name in sound:
            cache.clear()
            body = SHAPES[shape](sound | {name: BAD[bad]})
            answer = shopper.post(path, body, content_type=shape)
            assert answer.status_code < 500, (path, name)


@pytest.mark.parametrize("bad", sorted(set(BAD) - {"long"}))
@pytest.mark.parametrize("cookie", COOKIES)
def test_no_cookie_breaks_a_page(shopper: Client, cookie: str, bad: str) -> None:
    forms = pages(shopper, an_order())
    octal = "".join(f"\\{byte:03o}" for byte in BAD[bad] * 8)
    for value in (BAD[bad].decode("latin-1"), f'"{octal}"'):
        for path, form in forms.items():
            cache.clear()
            answer = Client().post(path, form, HTTP_COOKIE=f"{cookie}={value}")
            assert answer.status_code < 500, path
