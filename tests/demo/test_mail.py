"""Mail the demo sends is kept and can be read."""

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client

from demo.models import DemoMail

pytestmark = pytest.mark.django_db
LINK = "http://127.0.0.1:8000/order/abc/"


def send(**given: object) -> int:
    backend = get_connection("demo.mail.MailboxBackend")
    letter = {"subject": "Hello", "body": f"See {LINK}", "to": ["ada@example.org"]} | given
    return backend.send_messages([EmailMessage(**letter)])  # type: ignore[arg-type]  # a test's shorthand


def test_a_sent_mail_is_kept() -> None:
    assert send() == 1
    kept = DemoMail.objects.get()
    assert (kept.recipient, kept.subject) == ("ada@example.org", "Hello")


def test_a_mail_to_nobody_is_not_kept() -> None:
    assert send(to=[]) == 0
    assert not DemoMail.objects.exists()


def test_its_links_can_be_followed(client: Client) -> None:
    send()
    assert f'<a href="{LINK}"' in client.get("/mail/").content.decode()


def test_what_a_mail_says_is_shown_as_text(client: Client) -> None:
    send(body="<script>alert(1)</script>")
    assert b"<script>alert" not in client.get("/mail/").content


def test_the_newest_mail_comes_first(client: Client) -> None:
    send(subject="First")
    send(subject="Second")
    page = client.get("/mail/").content.decode()
    assert page.index("Second") < page.index("First")


def test_an_empty_box_says_what_to_do(client: Client) -> None:
    assert b"Buy something" in client.get("/mail/").content
