"""The outbox: each mail once, in the order's language, tried again until it is out."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django import VERSION
from django.core import mail
from django.db import IntegrityError, transaction
from pytest_django import Settings

from orders.clock import clock_at, now
from orders.emails import BACK_OFF, BATCH, LEASE, queue_mail, send_due_mail
from orders.errors import Unforeseen
from orders.models import Mail, Order
from orders.services.settle import mark_paid
from tests.factories import an_order

pytestmark = pytest.mark.django_db
BROKEN = "tests.orders.broken_mail.BrokenBackend"  # a mail server that takes nothing


@pytest.fixture
def owed() -> Mail:
    """A confirmation that is owed."""
    order = an_order()
    queue_mail(order=order, kind="confirmation", subject_ref=order.number)
    return Mail.objects.get()


def later(**delta: int) -> None:
    moment = now() + timedelta(**delta)
    with clock_at(lambda: moment):
        send_due_mail()


def test_a_mail_is_owed_once_per_kind_and_subject(owed: Mail) -> None:
    queue_mail(order=owed.order, kind="confirmation", subject_ref=owed.subject_ref)
    queue_mail(order=owed.order, kind="link", subject_ref=owed.subject_ref)

    assert sorted(Mail.objects.values_list("kind", flat=True)) == ["confirmation", "link"]


def test_the_database_refuses_the_same_mail_twice(owed: Mail) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.create(order=owed.order, kind=owed.kind, subject_ref=owed.subject_ref)


def test_a_mail_is_sent_once(owed: Mail) -> None:
    assert (send_due_mail(), send_due_mail()) == (1, 0)

    owed.refresh_from_db()
    assert len(mail.outbox) == 1
    assert (owed.sent_at is not None, owed.next_run_at) == (True, None)


def test_a_mail_that_fails_keeps_the_order_and_is_tried_again(
    owed: Mail, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = BROKEN
    before = now()
    assert send_due_mail() == 1

    owed.refresh_from_db()
    assert (owed.tries, owed.last_error, owed.sent_at) == (1, "SMTPException", None)
    assert owed.next_run_at is not None
    assert owed.next_run_at >= before + BACK_OFF[0]
    assert Order.objects.get().state == "open"


def test_the_pause_grows_with_each_failure(owed: Mail, settings: Settings) -> None:
    settings.EMAIL_BACKEND = BROKEN
    moments = [now()]
    for _ in BACK_OFF:
        with clock_at(lambda: moments[-1]):
            send_due_mail()
        owed.refresh_from_db()
        moments.append(owed.next_run_at or moments[-1])

    pauses = [after - before for before, after in pairwise(moments)]
    assert pauses == BACK_OFF


def test_after_the_last_try_staff_find_it_unsent(owed: Mail, settings: Settings) -> None:
    settings.EMAIL_BACKEND = BROKEN
    Mail.objects.update(tries=len(BACK_OFF))

    send_due_mail()

    owed.refresh_from_db()
    assert (owed.next_run_at, owed.sent_at, owed.last_error) == (None, None, "SMTPException")


def test_an_outage_of_ten_days_loses_no_mail(owed: Mail, settings: Settings) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = BROKEN
    for day in range(10):
        later(days=day)
    settings.EMAIL_BACKEND = working

    later(days=11)

    assert len(mail.outbox) == 1


def test_managers_are_told_once_of_mails_given_up(unlinked: Mail, settings: Settings) -> None:
    settings.MANAGERS = ["ann@example.com"] if VERSION >= (6,) else [("Ann", "ann@example.com")]
    Mail.objects.update(tries=len(BACK_OFF))

    with pytest.raises(Unforeseen, match="LookupError"):
        send_due_mail()
    send_due_mail()

    (told,) = mail.outbox
    assert (told.to, "1 mail was given up" in told.subject) == (["ann@example.com"], True)


def test_an_address_in_vain_leaves_its_mark_in_the_log_where_managers_cannot_be_told(
    owed: Mail, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MANAGERS = ["ann@example.com"] if VERSION >= (6,) else [("Ann", "ann@example.com")]
    settings.EMAIL_BACKEND = BROKEN
    Mail.objects.update(tries=len(BACK_OFF))

    send_due_mail()

    assert "1 mails were given up" in caplog.text
    assert "nobody was told of them" in caplog.text


@pytest.fixture
def unlinked(owed: Mail, settings: Settings) -> Mail:
    """A mail that an installer's own callable breaks, and behind it one that nothing breaks."""
    settings.ORDERS = {**settings.ORDERS, "order_url": "tests.orders.test_mail.no_address_of_first"}
    return owed


def no_address_of_first(order: Order) -> str:
    if order.pk == Order.objects.earliest("pk").pk:
        raise LookupError(order.number)
    return "http://shop.example/"


def test_whatever_breaks_a_mail_is_a_failed_try_and_is_raised(unlinked: Mail) -> None:
    before = now()
    with pytest.raises(Unforeseen, match="LookupError"):
        send_due_mail()

    unlinked.refresh_from_db()
    assert (unlinked.tries, unlinked.last_error) == (1, "LookupError")
    assert unlinked.next_run_at is not None
    assert unlinked.next_run_at >= before + BACK_OFF[0]


def test_a_mail_that_breaks_keeps_no_other_waiting(unlinked: Mail) -> None:
    queue_mail(order=an_order(), kind="confirmation", subject_ref="another")

    with pytest.raises(Unforeseen, match="LookupError"):
        send_due_mail()

    assert len(mail.outbox) == 1
    assert Mail.objects.get(subject_ref="another").sent_at is not None


def test_a_mail_whose_worker_died_is_found_again_when_its_lease_is_over(owed: Mail) -> None:
    Mail.objects.update(next_run_at=now() + LEASE, tries=1)

    assert send_due_mail() == 0
    later(seconds=LEASE.seconds + 1)

    assert len(mail.outbox) == 1


def test_a_mail_that_succeeds_at_last_is_sent_once(owed: Mail, settings: Settings) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = BROKEN
    send_due_mail()
    settings.EMAIL_BACKEND = working

    later(hours=1)
    later(hours=2)

    owed.refresh_from_db()
    assert (len(mail.outbox), owed.last_error) == (1, "")


def test_one_round_sends_a_hundred(owed: Mail) -> None:
    for number in range(BATCH):
        queue_mail(order=owed.order, kind="link", subject_ref=str(number))

    assert [send_due_mail() for _ in range(3)] == [BATCH, 1, 0]


def test_a_mail_speaks_the_language_of_its_order() -> None:
    order = an_order(language="de", currency="EUR", lines=[])
    Order.objects.update(total_amount=123456)
    queue_mail(order=order, kind="confirmation", subject_ref=order.number)

    send_due_mail()

    assert "1.234,56\xa0€" in mail.outbox[0].body


def test_a_mail_says_who_writes_and_links_to_the_order(owed: Mail, settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "shop_name": "Fern & Co", "mail_from": "f@example.com"}

    send_due_mail()

    letter = mail.outbox[0]
    assert (letter.subject, letter.from_email) == (
        *(f"Your order {owed.order.number} is confirmed", "f@example.com"),
    )
    assert f"/order/{owed.order.link_token}/" in letter.body
    assert "Fern & Co" in letter.body


def test_the_confirmation_says_where_the_goods_go(owed: Mail) -> None:
    send_due_mail()

    said = "Delivery address:\nAlice Archer\n1 Mill Lane\nLeeds\nLS1 4AB\nUnited Kingdom\n\n"
    assert said in mail.outbox[0].body


def test_a_name_cannot_add_a_header(owed: Mail) -> None:
    Order.objects.update(email="alice@example.com")
    owed.order.address.name = "Alice\r\nBcc: eve@example.com"
    owed.order.address.save()

    send_due_mail()

    assert mail.outbox[0].recipients() == ["alice@example.com"]
    assert "Bcc" not in mail.outbox[0].subject


def test_a_paid_order_owes_one_confirmation() -> None:
    order = an_order()

    assert [mark_paid(order, actor="test") for _ in range(2)] == [True, True]

    assert Mail.objects.get().kind == "confirmation"
    assert order.changes.count() == 1


def test_a_cancelled_order_is_not_confirmed() -> None:
    order = an_order()
    Order.objects.update(state="cancelled")
    order.refresh_from_db()

    assert mark_paid(order, actor="test") is False

    assert not Mail.objects.exists()
    assert Order.objects.get().state == "cancelled"
