"""The order list and page in the admin: found by any reference, told whole, never edited."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.admin import LOOK_AHEAD, FactsAdmin, LookAheadPaginator
from orders.models import Order
from orders.money import Money
from payments.models import Attempt, Operation, Payment, ProviderObject, Review
from payments.models.records import ReviewKind
from payments.providers.base import CardSeen, DisputeSeen, DisputeStatus, Status
from payments.providers.base import ProviderObject as Seen
from payments.services.apply import apply_outcome
from tests.factories import a_payment, a_refund_seen, an_attempt, an_order, captured, seen
from tests.payments.admin.cast import REFUND, SEE_ORDERS, order_url, refund_url, staff
from tests.payments.refunding import a_refund

pytestmark = pytest.mark.django_db
LIST = reverse("admin:orders_order_changelist")


def found(term: str) -> list[str]:
    """The numbers of the orders that a search shows."""
    answer = staff(SEE_ORDERS).get(LIST, {"q": term})
    return [order.number for order in answer.context["cl"].result_list]


@pytest.mark.parametrize(
    "page",
    ["9" * 20, "9" * 5000, "-1", "\0", "²", "x"],
    ids=lambda page: f"{len(page)}: {page[:6]!r}",
)
def test_a_page_of_the_list_that_cannot_be_is_no_error(paid: Payment, page: str) -> None:
    answer = staff(SEE_ORDERS).get(LIST, {"p": page}, follow=True)

    assert answer.status_code == 200


@pytest.fixture
def paid() -> Payment:
    """A paid order with a provider's id and a refund, beside another order."""
    an_order(email="bob@example.com")
    attempt = an_attempt(an_order(email="Alice@example.com"))
    outcome = captured(attempt, objects=(Seen("payment", "pay_1"),))
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="test")
    refunded = captured(attempt, refunds=(a_refund_seen(100),))
    apply_outcome(attempt_id=attempt.pk, outcome=refunded, source="test")
    return Payment.objects.get(pk=attempt.payment_id)


@pytest.mark.parametrize(
    "term",
    [
        lambda: Order.objects.latest("pk").number,
        lambda: Order.objects.latest("pk").number.lower()[:7],
        lambda: "alice@example.com",
        lambda: " alice@ ",
        lambda: "pay_1",
        lambda: Attempt.objects.get().our_ref,
        lambda: f" {Operation.objects.get().our_ref} ",
        lambda: ProviderObject.objects.get(kind="refund").object_id,
    ],
    ids=["number", "start of it", "e-mail", "start of it too", "id", "A ref", "R ref", "refund id"],
)
def test_an_order_is_found_by(paid: Payment, term: Callable[[], str]) -> None:
    assert found(term()) == [paid.order.number]


def test_a_search_for_nobody_finds_nothing(paid: Payment) -> None:
    assert found("carol@example.com") == []


def test_the_list_shows_money_and_states_in_words(paid: Payment) -> None:
    page = staff(SEE_ORDERS).get(LIST).content.decode()

    assert "£60.00" in page
    assert '<span class="till-badge till-quiet">partially refunded</span>' in page
    assert '<span class="till-badge till-waiting">awaiting payment</span>' in page


def test_the_list_is_filtered_by_the_state_of_the_payment(paid: Payment) -> None:
    answer = staff(SEE_ORDERS).get(LIST, {"payment__status__exact": "partially_refunded"})

    assert [order.pk for order in answer.context["cl"].result_list] == [paid.order_id]


def test_the_list_takes_five_statements_however_many_orders(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(27):
        an_order()
    clerk = staff(SEE_ORDERS)

    with django_assert_num_queries(5):  # session, user, two of permissions, rows
        clerk.get(LIST)


def test_a_list_is_counted_ten_pages_ahead_and_no_further() -> None:
    for _ in range(LOOK_AHEAD + 3):
        an_order()
    pages = LookAheadPaginator(Order.objects.order_by("pk"), 1, page=1)

    assert (pages.count, pages.more) == (LOOK_AHEAD + 1, True)
    assert not LookAheadPaginator(Order.objects.order_by("pk"), 1, page=2 + 1).more


def test_a_counted_list_that_goes_on_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    payment = an_attempt().payment
    Review.objects.bulk_create(
        Review(kind=ReviewKind.NO_ANSWER, payment=payment, subject_ref=str(n))
        for n in range(LOOK_AHEAD + 2)
    )
    monkeypatch.setattr(FactsAdmin, "list_per_page", 1)
    clerk, reviews = staff("payments.view_review"), reverse("admin:payments_review_changelist")

    first, second = (clerk.get(reviews, {"p": page}).content.decode() for page in "12")

    assert "There are more" in first
    assert "There are more" not in second


def test_an_order_is_found_by_the_last_digits_of_its_card(paid: Payment) -> None:
    attempt = Attempt.objects.get()
    outcome = captured(attempt, card=CardSeen("Visa", "4242"))
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="test")

    assert found("4242") == [paid.order.number]


@pytest.mark.parametrize("permission", ["payments.view_refund", "payments.view_entry"])
def test_references_in_the_story_are_links_for_who_may_see_their_rows(
    paid: Payment, permission: str
) -> None:
    refund = a_refund(paid, 200)
    asked = reverse("admin:payments_refund_change", args=[refund.pk])
    booked = f"{reverse('admin:payments_entry_changelist')}?q={paid.attempts.get().our_ref}"
    expected = asked if permission == "payments.view_refund" else booked

    page = staff(SEE_ORDERS, permission).get(order_url(paid.order)).content.decode()

    assert [link for link in (asked, booked) if link in page] == [expected]


def test_nobody_edits_adds_or_deletes_an_order(admin_client: Client) -> None:
    order = an_order()
    change = order_url(order)

    assert admin_client.post(change, {"email": "thief@example.com"}).status_code == 403
    assert admin_client.get(reverse("admin:orders_order_add")).status_code == 403
    assert (
        admin_client.get(reverse("admin:orders_order_delete", args=[order.pk])).status_code == 403
    )
    order.refresh_from_db()
    assert order.email == "alice@example.com"


def test_the_page_shows_figures_lines_address_and_the_way_to_a_refund(paid: Payment) -> None:
    page = staff(SEE_ORDERS, REFUND).get(order_url(paid.order)).content.decode()

    figures = {"total": 6000, "captured": 6000, "pending": 0, "refunded": 100, "refundable": 5900}
    for name, minor in figures.items():
        assert f'data-amount="{name}" data-minor="{minor}"' in page
    for shown in ("Teapot", "1 Mill Lane", "United Kingdom", refund_url(paid.order)):
        assert shown in page
    assert paid.order.link_token in page


def test_the_page_takes_as_many_statements_for_a_long_story(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    order = an_order()
    for _ in range(3):
        attempt = an_attempt(order)
        declined = seen(attempt, Status.DECLINED, objects=(Seen("payment", attempt.our_ref),))
        apply_outcome(attempt_id=attempt.pk, outcome=declined, source="test")
    clerk = staff(SEE_ORDERS)
    clerk.get(order_url(order))  # content types are looked up once a process

    with django_assert_num_queries(20):  # two of them ask for parcels and a wish to cancel
        clerk.get(order_url(order))


def test_events_and_reviews_are_links_only_for_those_who_may_see_them(paid: Payment) -> None:
    clerk = staff(SEE_ORDERS)

    assert "/admin/payments/review/" not in clerk.get(order_url(paid.order)).content.decode()


@pytest.mark.parametrize(
    ("end", "mark"),
    [
        (DisputeStatus.OPEN, "till-waiting"),
        (DisputeStatus.WON, "till-good"),
        (DisputeStatus.LOST, "till-bad"),
    ],
)
def test_the_head_of_the_page_says_where_a_dispute_stands(
    paid: Payment, end: DisputeStatus, mark: str
) -> None:
    for status in (DisputeStatus.OPEN, end):
        told = DisputeSeen("dp_1", Money(1000, "GBP"), status, "")
        outcome = captured(paid.attempts.get(), disputes=(told,))
        apply_outcome(attempt_id=paid.attempts.get().pk, outcome=outcome, source="test")

    page = staff(SEE_ORDERS).get(order_url(paid.order)).text

    head = page.partition('<p class="till-states">')[2].partition("</p>")[0]
    assert f'Dispute <span class="till-badge {mark}">{end.value}</span>' in head


def test_an_order_without_a_payment_has_a_page(admin_client: Client) -> None:
    payment = a_payment()
    bare = an_order()
    Payment.objects.filter(order=bare).delete()

    assert admin_client.get(order_url(bare)).status_code == 200
    assert admin_client.get(refund_url(bare)).status_code == 404
    assert admin_client.get(order_url(payment.order)).status_code == 200
