"""The inbox on real connections: rotations, replays and dying workers in the middle of it all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from orders.clock import now
from orders.models import Mail
from payments.errors import RotationRefused
from payments.models import Entry, InboxEvent, Payment, ProviderAccount, Refusal
from payments.providers.base import ProviderObject, Refused, Status
from payments.services import refusals
from payments.services.apply import apply_outcome
from payments.services.forget import forget_bodies
from payments.services.inbox import drain_inbox
from payments.services.replay import replay
from payments.services.rotate import rotate_webhook
from payments.states import InboxState, PaymentStatus
from tests.factories import an_account, an_attempt, later, seen
from tests.payments.crowd import all_at_once, at_once
from tests.payments.sending import a_body, stored
from tests.payments.wire import signed

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]


def test_no_event_is_refused_while_the_address_and_the_secret_change() -> None:
    attempt = an_attempt()
    old = attempt.account
    body = a_body(attempt)

    def send(token: str, secret: str) -> int:
        headers = signed(body, secret=secret, at=now().timestamp())
        path = f"/payments/hooks/{token}/"
        answer = Client().post(path, body, content_type="application/json", headers=headers)
        return answer.status_code

    def act(number: int) -> object:
        if number == 0:
            new = rotate_webhook(account_id=old.pk, secrets={"webhook_secret": "new"})
            return [send(new.hook_token, secret) for secret in ("new", "whsec")]
        return [send(old.hook_token, "whsec") for _ in range(10)]

    answers = at_once(8, act)

    assert answers == [[200, 200], *[[200] * 10] * 7]
    assert InboxEvent.objects.count() == 1


def test_of_two_rotations_at_once_one_is_made() -> None:
    account = an_account()

    def rotate(_: int) -> object:
        try:
            return rotate_webhook(account_id=account.pk, secrets={}).hook_token
        except RotationRefused:
            return None

    answers = at_once(5, rotate)

    (made,) = [answer for answer in answers if answer]
    now_there = ProviderAccount.objects.get()
    assert (now_there.hook_token, now_there.old_hook_token) == (made, account.hook_token)


def test_replays_beside_workers_book_an_event_once() -> None:
    events = [stored(an_attempt(), f"evt_{number}") for number in range(5)]
    InboxEvent.objects.update(state=InboxState.DEAD)

    def act(number: int) -> object:
        if number % 2:
            return drain_inbox()
        return [result.why for result in replay(events)]

    at_once(8, act)

    assert set(InboxEvent.objects.values_list("state", flat=True)) == {InboxState.DONE}
    assert set(Payment.objects.values_list("captured", flat=True)) == {6000}
    assert Entry.objects.count() == Mail.objects.filter(kind="confirmation").count() == 5


def killed_at(where: str) -> int:
    """Let a worker of its own drain the inbox until it is killed there; returns how it ended."""
    program = (
        "import os, signal, django; django.setup();"
        "from payments.services import inbox, told;"
        f"{where} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL);"
        "inbox.drain_inbox()"
    )
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"{url}/{connection.settings_dict['NAME']}",
        "SECRET_KEY": settings.SECRET_KEY,
    }
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


@pytest.mark.parametrize(
    "where", ["inbox.apply_event", "told.now"], ids=["claimed", "booked and not committed"]
)
def test_an_event_claimed_by_a_worker_that_is_killed_comes_back(where: str) -> None:
    event = stored(an_attempt())

    assert killed_at(where) == -signal.SIGKILL

    event.refresh_from_db()
    assert (event.state, event.tries) == (InboxState.RECEIVED, 0)
    assert drain_inbox() == 0  # it is claimed still
    with later(timedelta(minutes=2)):
        drain_inbox()
    assert Payment.objects.get().status == PaymentStatus.PAID


def test_an_answer_that_comes_while_its_event_is_parked_is_never_missed() -> None:
    theirs = [f"pay_{number}" for number in range(20)]
    attempts = [an_attempt() for _ in theirs]
    for attempt, name in zip(attempts, theirs, strict=True):
        stored(attempt, f"evt_{name}", id=name, reference="")

    def answer() -> None:
        for attempt, name in zip(attempts, theirs, strict=True):
            named = (ProviderObject("payment", name),)
            outcome = seen(attempt, Status.REQUIRES_ACTION, objects=named)
            apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="poll")

    all_at_once(drain_inbox, answer)
    drain_inbox()

    assert set(InboxEvent.objects.values_list("state", flat=True)) == {InboxState.DONE}


def test_refusals_of_many_at_once_are_all_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    account = an_account()
    monkeypatch.setattr(refusals, "EVERY_SECONDS", 0)

    def refuse(_: int) -> None:
        for _again in range(5):
            refusals.count_refusal(account, Refused.STALE)

    at_once(8, refuse)

    assert list(Refusal.objects.values_list("reason", "count")) == [("stale", 40)]


def test_a_body_is_not_forgotten_under_a_repeat() -> None:
    attempt = an_attempt()
    stored(attempt)
    InboxEvent.objects.update(state=InboxState.DEAD, next_run_at=None)

    with later(timedelta(days=100)):
        all_at_once(forget_bodies, lambda: stored(attempt))
        drain_inbox()

    assert InboxEvent.objects.get().state == InboxState.DONE
