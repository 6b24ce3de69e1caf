"""The inbox: each event once, stored before it is answered, tried until done or dead."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pytest_django import Settings

from orders.clock import clock_at, now
from orders.errors import Unforeseen
from payments.conf import payment_settings
from payments.models import Attempt, InboxEvent, Payment
from payments.providers.base import RawRequest, WebhookEvent
from payments.providers.errors import ProviderDown
from payments.providers.sandbox.webhook import read_event
from payments.schedule import PARKED_FOR, RETRIES
from payments.services import inbox
from payments.services.inbox import drain_inbox, put_back
from payments.services.receive import receive
from payments.services.told import apply_event
from payments.states import InboxState, PaymentStatus
from tests.factories import an_account, an_attempt, later
from tests.payments.sending import a_body, send
from tests.payments.wire import a_captured_body

pytestmark = pytest.mark.django_db


def stored(attempt: Attempt, body: dict[str, object] | None = None) -> InboxEvent:
    told = body or a_captured_body(attempt)
    raw = RawRequest(json.dumps(told).encode(), {"content-type": "application/json"})
    receive(account=attempt.account, event=read_event(told), raw=raw)
    return InboxEvent.objects.get(event_id=told["id"])


def test_an_event_is_stored_and_then_applied() -> None:
    attempt = an_attempt()
    event = stored(attempt)

    drain_inbox()

    event.refresh_from_db()
    assert (event.state, event.attempt_id) == (InboxState.DONE, attempt.pk)
    assert Payment.objects.get().status == PaymentStatus.PAID


def test_the_same_event_is_stored_once() -> None:
    attempt = an_attempt()
    stored(attempt)
    stored(attempt)

    assert InboxEvent.objects.count() == 1


def test_an_event_without_an_id_is_known_by_its_body(settings: Settings) -> None:
    settings.PAYMENTS = {
        **settings.PAYMENTS,
        "providers": {"sandbox": "tests.payments.adapters.OwnIds"},
    }
    attempt = an_attempt()
    for body in (a_body(attempt), a_body(attempt), a_body(an_attempt())):
        send(attempt, body)

    drain_inbox()

    assert list(InboxEvent.objects.values_list("state", flat=True)) == [InboxState.DONE] * 2


def test_a_repeat_of_a_done_event_is_not_queued_again() -> None:
    attempt = an_attempt()
    stored(attempt)
    drain_inbox()

    assert stored(attempt).next_run_at is None
    assert drain_inbox() == 0


def test_an_applied_event_changes_nothing_when_applied_again() -> None:
    attempt = an_attempt()
    event = stored(attempt)

    apply_event(event)
    apply_event(event)

    assert Payment.objects.get().captured == 6000


def test_an_event_of_an_unknown_payment_is_parked_and_applied_when_it_fits() -> None:
    attempt = an_attempt()
    real_ref, attempt.our_ref = attempt.our_ref, "A" + "Z" * 20
    attempt.save()
    body = a_captured_body(attempt) | {}
    body["data"] = {**a_captured_body(attempt)["data"], "reference": real_ref}
    event = stored(attempt, body)
    drain_inbox()
    event.refresh_from_db()
    assert event.state == InboxState.PARKED

    Attempt.objects.update(our_ref=real_ref)
    with later(timedelta(minutes=3)):
        drain_inbox()

    assert Payment.objects.get().status == PaymentStatus.PAID


def test_an_event_that_never_fits_is_given_up_after_three_days() -> None:
    attempt = an_attempt()
    body = a_captured_body(attempt)
    body["data"] = {**body["data"], "id": "pay_other", "reference": "A" + "Q" * 20}
    event = stored(attempt, body)

    with later(PARKED_FOR + timedelta(hours=1)):
        drain_inbox()

    event.refresh_from_db()
    assert (event.state, event.next_run_at) == (InboxState.DEAD, None)


def test_an_event_of_another_account_does_not_touch_the_payment() -> None:
    attempt = an_attempt()
    other = an_account(code="other", merchant_id="mer_other")
    told = a_captured_body(attempt)
    raw = RawRequest(json.dumps(told).encode(), {})
    receive(account=other, event=read_event(told), raw=raw)

    drain_inbox()

    assert Payment.objects.get().captured == 0


def test_an_error_nobody_foresaw_puts_the_event_back_and_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = stored(an_attempt())
    monkeypatch.setattr("payments.services.told.apply_outcome", lambda **_facts: 1 // 0)

    with pytest.raises(Unforeseen, match="ZeroDivisionError"):
        drain_inbox()

    event.refresh_from_db()
    assert (event.state, event.tries) == (InboxState.RECEIVED, 1)
    assert event.last_error == "ZeroDivisionError"


def test_an_event_nobody_can_read_is_put_back_and_says_why() -> None:
    attempt = an_attempt()
    event = stored(attempt)
    InboxEvent.objects.update(body=b"{}")

    drain_inbox()

    event.refresh_from_db()
    assert (event.state, event.tries) == (InboxState.RECEIVED, 1)
    assert event.last_error.startswith("BadAnswer: malformed answer: event.data")


def test_a_broken_event_does_not_hold_up_the_next() -> None:
    attempt = an_attempt()
    broken = InboxEvent.objects.create(
        account=attempt.account, event_id="evt_broken", kind="x", body=b"{}"
    )
    good = stored(attempt)

    drain_inbox()

    assert InboxEvent.objects.get(pk=good.pk).state == InboxState.DONE
    assert InboxEvent.objects.get(pk=broken.pk).state == InboxState.RECEIVED


def test_after_the_last_try_an_event_is_dead() -> None:
    attempt = an_attempt()
    event = stored(attempt)
    InboxEvent.objects.update(body=b"{}", tries=len(RETRIES))

    drain_inbox()

    event.refresh_from_db()
    assert (event.state, event.next_run_at) == (InboxState.DEAD, None)


def test_a_repeat_of_a_dead_event_queues_it_again() -> None:
    attempt = an_attempt()
    stored(attempt)
    InboxEvent.objects.update(state=InboxState.DEAD, next_run_at=None)

    stored(attempt)
    drain_inbox()

    assert Payment.objects.get().status == PaymentStatus.PAID


def test_no_header_but_the_harmless_is_kept() -> None:
    attempt = an_attempt()
    headers = {"content-type": "application/json", "cookie": "secret", "authorization": "secret"}

    event = WebhookEvent("evt_1", "payment.captured")
    receive(account=attempt.account, event=event, raw=RawRequest(b"{}", headers))

    assert InboxEvent.objects.get().headers == {"content-type": "application/json"}


def unanswered(event: InboxEvent, tries: int) -> InboxEvent:
    """The event after one more failed try than so many."""
    InboxEvent.objects.update(tries=tries)
    put_back(event.pk, ProviderDown("no answer", sent=True))
    event.refresh_from_db()
    return event


@pytest.mark.parametrize("tries", range(len(RETRIES)))
def test_after_each_failed_try_it_waits_longer(tries: int) -> None:
    event, moment = stored(an_attempt()), now()

    with clock_at(lambda: moment):
        unanswered(event, tries)

    assert (event.tries, event.next_run_at) == (tries + 1, moment + RETRIES[tries])
    assert (event.state, event.last_error) == (InboxState.RECEIVED, "ProviderDown: no answer")


def test_a_dead_event_whose_replay_fails_stays_dead() -> None:
    event = stored(an_attempt())
    InboxEvent.objects.update(state=InboxState.DEAD, next_run_at=None)

    unanswered(event, 0)

    assert (event.state, event.next_run_at) == (InboxState.DEAD, None)


def test_an_event_that_is_done_meanwhile_is_not_put_back() -> None:
    event = stored(an_attempt())
    drain_inbox()

    unanswered(event, 0)

    assert (event.state, event.tries, event.last_error) == (InboxState.DONE, 0, "")


def test_of_a_long_error_the_beginning_is_kept() -> None:
    event = stored(an_attempt())

    put_back(event.pk, ProviderDown("x" * 300, sent=True))

    event.refresh_from_db()
    assert len(event.last_error) == 200


def test_an_event_whose_worker_died_is_due_again_after_five_leases(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(_event: InboxEvent) -> None:
        raise SystemExit

    event, moment = stored(an_attempt()), now()
    monkeypatch.setattr(inbox, "try_event", die)

    with clock_at(lambda: moment), pytest.raises(SystemExit):
        drain_inbox()

    event.refresh_from_db()
    assert event.next_run_at == moment + 5 * payment_settings().lease


def test_of_many_the_oldest_are_taken_and_another_worker_is_woken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(inbox, "wake", woken.append)
    monkeypatch.setattr(inbox, "BATCH", 2)
    events = [stored(an_attempt()) for _ in range(3)]

    looked_at = [drain_inbox(), drain_inbox()]

    assert (looked_at, woken) == ([2, 1], ["payments.drain_inbox"])
    assert InboxEvent.objects.filter(state=InboxState.DONE).count() == len(events)


def test_the_first_of_the_errors_nobody_foresaw_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = iter([ValueError("first"), KeyError("second")])
    monkeypatch.setattr(inbox, "try_event", lambda _event: next(errors))
    for _ in range(2):
        stored(an_attempt())

    with pytest.raises(Unforeseen, match="ValueError"):
        drain_inbox()


def test_once_it_is_applied_nothing_is_left_of_its_failures() -> None:
    attempt, moment = an_attempt(), now()
    event = unanswered(stored(attempt), 0)

    with clock_at(lambda: moment):
        apply_event(event)

    event.refresh_from_db()
    assert (event.last_error, event.done_at, event.next_run_at) == ("", moment, None)
