"""Django's mails about unforeseen errors quote what was typed, but no secrets of an account."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import django
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.log import AdminEmailHandler
from pytest_django import Settings

from payments.models import ProviderAccount
from payments.services import rotate
from tests.factories import an_account
from tests.payments.admin.cast import KEPT

pytestmark = pytest.mark.django_db
TYPED = {"secret_api_key": "sk-typed-once", "secret_webhook_secret": "whsec-typed-once"}


@pytest.fixture
def _mailed(settings: Settings) -> Iterator[None]:
    """Errors are mailed as a site may have it, with the variables of each frame."""
    settings.ADMINS = ["ops@example.com"] if django.VERSION >= (6,) else [("O", "ops@example.com")]
    handler, log = AdminEmailHandler(include_html=True), logging.getLogger("django.request")
    log.addHandler(handler)
    yield
    log.removeHandler(handler)


@pytest.fixture
def clerk(admin_client: Client) -> Client:
    admin_client.raise_request_exception = False
    return admin_client


@pytest.mark.usefixtures("_mailed")
@pytest.mark.parametrize("page", ["change", "rotate"])
def test_a_mail_about_an_error_quotes_no_secret(
    clerk: Client, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    def fails(_account_id: int) -> ProviderAccount:
        raise RuntimeError("unforeseen")

    account = an_account()
    monkeypatch.setattr(rotate, "_locked", fails)

    url = reverse(f"admin:payments_provideraccount_{page}", args=[account.pk])
    assert clerk.post(url, KEPT | TYPED).status_code == 500

    (sent,) = mail.outbox
    told = f"{sent.body}{_html_of(sent)}"
    assert "unforeseen" in told
    assert "typed-once" not in told


def _html_of(sent: Any) -> str:
    return "".join(str(content) for content, _kind in sent.alternatives)
