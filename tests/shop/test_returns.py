"""The shopper's pages of returns and of the wish to cancel."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as site
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from orders.clock import clock_at, now
from orders.models import Order, ReturnReason, ReturnRequest
from orders.services.returns import reject_return
from tests.factories import UserFactory, later
from tests.orders.goods import (
    a_dispatch,
    a_paid_order,
    a_reason,
    a_return,
    a_sent_order,
    an_approved_return,
)
from tests.shop.cast import TOKEN, read, without
from tests.shop.conftest import Limit

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db


def page_of(order: Order, name: str = "") -> str:
    return f"/order/{order.link_token}/{name}"


def typed(client: Client, order: Order, **given: object) -> dict[str, str]:
    """The form of a return as a shopper sends it, who wants one teapot back; by SKU otherwise."""
    form = read(client.get(page_of(order, "return/"))).form(having="request_key")
    chosen = {"TEAPOT": 1} | {k: v for k, v in given.items() if k.isupper()}
    pieces = {f"pieces_{x.pk}": str(chosen.get(x.sku, 0)) for x in order.lines.all()}
    values = {"reason": str(a_reason().pk), "note": "too small"} | pieces
    values |= {k: str(v) for k, v in given.items() if not k.isupper()}
    return without(dict(form.fields), TOKEN) | values


def send(client: Client, order: Order, **given: object) -> Answer:
    return client.post(page_of(order, "return/"), typed(client, order, **given))


def test_what_left_and_how_to_follow_it_stands_on_the_page(
    client: Client, settings: Settings
) -> None:
    settings.ORDERS = {**settings.ORDERS, "carriers": {"DHL": "https://dhl.example/{number}"}}

    page = read(client.get(page_of(a_sent_order())))

    assert "Your order is on its way." in page.text
    assert "DHL" in page.text
    assert "https://dhl.example/JD01" in page.links


def test_a_part_that_left_is_told_with_the_rest_that_follows(client: Client) -> None:
    order = a_paid_order()
    a_dispatch(order, pieces={"CUP": 1})

    assert "the rest follows" in read(client.get(page_of(order))).text


def test_a_return_is_asked_for_and_its_standing_shown(client: Client) -> None:
    order = a_sent_order()

    answer = send(client, order)

    asked = ReturnRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(order))
    assert (asked.note, asked.reason) == ("too small", a_reason())
    text = read(client.get(page_of(order))).text
    assert "We have your request" in text
    assert f"Return {asked.number} Asked for 1" in text


def test_line_ends_as_browsers_send_them_are_no_characters_more(client: Client) -> None:
    text = "line\n" * 199 + "line."

    answer = send(client, a_sent_order(), note=text.replace("\n", "\r\n"))

    assert (answer.status_code, ReturnRequest.objects.get().note) == (302, text)


def test_a_second_click_asks_once(client: Client) -> None:
    order = a_sent_order()
    form = typed(client, order)

    answers = [client.post(page_of(order, "return/"), form).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert ReturnRequest.objects.count() == 1


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "more than bought": ({"TEAPOT": 3}, "You did not buy so many."),
    "less than none": ({"TEAPOT": -1}, "A number of pieces is a whole number"),
    "no number": ({"TEAPOT": "two"}, "A number of pieces is a whole number"),
    "none": ({"TEAPOT": 0}, "Choose at least one piece to send back."),
    "no reason": ({"reason": ""}, "Choose a reason."),
    "a reason that is none": ({"reason": 987654}, "Choose a reason from the list."),
    "a novel": ({"note": "x" * 1001}, "at most 1000 characters"),
    "a null byte": ({"note": "a\0b"}, "Null characters are not allowed."),
    "another form": ({"request_key": "x" * 41}, "at most 40 characters"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_return_that_cannot_be_says_why_and_keeps_what_was_typed(
    client: Client, case: str
) -> None:
    order, (given, said) = a_sent_order(), REFUSED[case]

    answer = send(client, order, **({"note": "too small"} | given))

    page = read(answer)
    assert (answer.status_code, said in page.text) == (400, True)
    if case not in {"a null byte", "a novel"}:
        assert "too small" in answer.content.decode()
    assert not ReturnRequest.objects.exists()


def test_pieces_asked_for_in_another_tab_are_refused(client: Client) -> None:
    order = a_sent_order()
    form = typed(client, order, TEAPOT=2)
    a_return(order, pieces={"TEAPOT": 1})

    answer = client.post(page_of(order, "return/"), form)

    assert "Teapot: at most 1 piece can be sent back." in read(answer).text
    assert ReturnRequest.objects.count() == 1


def test_who_comes_too_late_reads_when_it_ended(client: Client) -> None:
    order = a_sent_order()
    form = typed(client, order)

    with later(timedelta(days=31)):
        answers = [
            client.get(page_of(order, "return/")),
            client.post(page_of(order, "return/"), form),
        ]
        standing = read(client.get(page_of(order))).text

    assert [answer.status_code for answer in answers] == [409, 400]
    assert all("The time to send things back ended" in read(each).text for each in answers)
    assert "The time to send things back ended" in standing
    assert not ReturnRequest.objects.exists()


def test_who_has_not_got_it_yet_is_offered_to_cancel(client: Client) -> None:
    order = a_paid_order()

    page = read(client.get(page_of(order, "return/")))

    assert (page.status, "has been sent yet" in page.text) == (409, True)
    assert page_of(order, "cancel/") in page.links


def test_how_to_send_it_stands_on_the_page_of_the_order(client: Client) -> None:
    asked = an_approved_return()

    text = read(client.get(page_of(asked.order))).text

    assert f"with the number {asked.number} on the parcel" in text
    assert "By post, please." in text


def test_why_not_stands_on_the_page_and_it_can_be_asked_anew(client: Client) -> None:
    asked = a_return(pieces={"TEAPOT": 2, "CUP": 1})
    reject_return(return_id=asked.pk, answer="It was worn.", actor="clerk")

    page = read(client.get(page_of(asked.order)))

    assert "It was worn." in page.text
    assert page_of(asked.order, "return/") in page.links


def test_what_staff_and_shoppers_write_is_shown_as_text(client: Client) -> None:
    asked = a_return()
    reject_return(return_id=asked.pk, answer="<script>alert(1)</script>", actor="clerk")

    assert "<script>alert" not in client.get(page_of(asked.order)).content.decode()


def test_reasons_staff_have_withdrawn_are_not_offered(client: Client) -> None:
    ReturnReason.objects.update_or_create(label="Withdrawn", defaults={"active": False})

    assert "Withdrawn" not in client.get(page_of(a_sent_order(), "return/")).content.decode()


def test_the_checkout_names_the_time_for_returns(shopper: Client) -> None:
    text = read(shopper.get("/checkout/")).text

    assert "You can ask to send things back for 30 days after they were sent." in text


def test_a_shop_without_returns_promises_none(shopper: Client, settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "return_days": 0}
    order = a_sent_order()

    assert "send things back" not in read(shopper.get("/checkout/")).text
    page = read(shopper.get(page_of(order)))
    assert "Returns are not taken here." in page.text
    assert page_of(order, "return/") not in page.links


@pytest.mark.parametrize("name", ["return/", "cancel/"])
def test_an_expired_link_opens_none_of_it_but_the_owner_needs_none(
    client: Client, name: str
) -> None:
    alice = UserFactory.create()
    order = a_sent_order(user_id=alice.pk)
    moment = now() + timedelta(days=91)

    with clock_at(lambda: moment):
        stranger = [client.get(page_of(order, name)), client.post(page_of(order, name), {})]
        client.force_login(alice)
        owner = client.get(page_of(order, name))

    assert [answer.status_code for answer in stranger] == [410, 410]
    assert owner.status_code == 409


@pytest.mark.parametrize("name", ["return/", "cancel/"])
def test_an_unknown_link_finds_nothing(client: Client, name: str) -> None:
    assert client.post(f"/order/{'x' * 22}/{name}", {}).status_code == 404


@pytest.mark.parametrize("name", ["return/", "cancel/"])
def test_a_forged_form_asks_for_nothing(name: str) -> None:
    order = a_sent_order()

    answer = Client(enforce_csrf_checks=True).post(page_of(order, name), {})

    assert answer.status_code == 403


def test_who_asks_too_often_waits_and_keeps_what_was_typed(client: Client, limit: Limit) -> None:
    limit(order_request="1/h")
    order = a_sent_order()
    form = typed(client, order)
    client.post(page_of(order, "return/"), form | {"reason": ""})

    answer = client.post(page_of(order, "return/"), form)

    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    assert "too small" in answer.content.decode()
    assert not ReturnRequest.objects.exists()


def test_the_pages_are_chinese_to_who_reads_chinese(client: Client) -> None:
    order = a_sent_order()
    client.cookies[site.LANGUAGE_COOKIE_NAME] = "zh-hans"

    text = read(client.get(page_of(order, "return/"))).text

    assert "退回" in text
    assert "It does not fit" not in text


def test_the_order_page_takes_as_many_statements_for_many_parcels_and_returns(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order = a_paid_order()
    for sku in ("TEAPOT", "CUP"):
        a_dispatch(order, pieces={sku: 1})
        a_return(order, pieces={sku: 1})

    with django_assert_num_queries(10):  # as the page, and two for each
        client.get(page_of(order))


def test_the_page_of_a_return_takes_few_statements(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order = a_sent_order()

    with django_assert_num_queries(5):  # order, lines twice, parcels, reasons
        client.get(page_of(order, "return/"))
