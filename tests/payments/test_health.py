"""The page for load balancers: the database decides, the broker is told, nothing else is said."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from threading import Event

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.ports import HOST
from payments.monitoring import broker
from payments.monitoring.database import ask
from payments.monitoring.probe import MOST_HANGING, Probe
from payments.queries import MOST_FEED_FAILURES
from payments.views import health as page
from tests.factories import an_account

pytestmark = pytest.mark.django_db(transaction=True)
HEALTH = "/payments/health/"
WELL = {"ok": True, "database": "reachable", "broker": "reachable", "event_lists": "read"}


@pytest.fixture
def black_hole() -> Iterator[str]:
    """An address that takes connections and never says a word."""
    with socket.create_server((HOST, 0)) as hole:
        yield f"{HOST}:{hole.getsockname()[1]}"


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """A database that does not answer until the event is set."""
    let_go = Event()
    monkeypatch.setattr(page, "DATABASE", Probe(let_go.wait))
    monkeypatch.setattr(page, "DATABASE_SECONDS", 0.2)
    yield let_go
    let_go.set()


def no_database(address: str) -> bool:
    """Ask as the page does, of a database that is not there; its error names an address."""

    def refuse(*_: object) -> None:
        raise OperationalError(f"password authentication failed for till@{address}")

    with connection.execute_wrapper(refuse):
        return ask()


def test_a_shop_that_can_sell_is_well(client: Client) -> None:
    answer = client.get(HEALTH)

    assert (answer.status_code, answer.json()) == (200, WELL)
    assert "no-store" in answer.headers["Cache-Control"]


def test_nobody_gets_a_session_or_a_cookie(client: Client) -> None:
    assert client.get(HEALTH).cookies == {}


def test_without_a_database_no_shopper_is_sent_here(
    client: Client, black_hole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "DATABASE", Probe(lambda: no_database(black_hole)))

    answer = client.get(HEALTH)

    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "database": "unreachable", "broker": "reachable"}


def test_a_database_that_hangs_is_not_waited_for(client: Client, hanging: Event) -> None:
    began = time.monotonic()

    answer = client.get(HEALTH)

    assert (answer.status_code, time.monotonic() - began < 5) == (503, True)


def test_a_broker_that_hangs_makes_nobody_unhealthy(
    client: Client, black_hole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(current_app.conf, "broker_read_url", f"redis://{black_hole}/0")
    monkeypatch.setattr(page, "BROKER", Probe(broker.ask))

    answer = client.get(HEALTH)

    assert (answer.status_code, answer.json()) == (200, {**WELL, "broker": "unreachable"})


def test_a_host_with_atomic_requests_opens_no_transaction_for_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    with CaptureQueriesContext(connection) as asked:
        client.get(HEALTH)

    assert [query["sql"] for query in asked] == []


def test_only_looking_is_allowed(client: Client) -> None:
    assert client.post(HEALTH).status_code == 405


def test_who_comes_while_a_question_is_on_its_way_asks_no_other() -> None:
    let_go, asked = Event(), []

    def hang() -> bool:
        asked.append(1)
        return let_go.wait()

    probe = Probe(hang)
    answers = [probe.answers(seconds=0.05) for _ in range(5)]
    let_go.set()

    assert (answers, len(asked)) == ([False] * 5, 1)
    assert probe.answers(seconds=5)


def test_what_hung_and_is_well_again_is_seen_though_the_first_question_hangs_still() -> None:
    let_go, asked = Event(), []

    def hang_at_first() -> bool:
        asked.append(1)
        return len(asked) > 1 or let_go.wait()

    probe = Probe(hang_at_first, again=0)
    assert not probe.answers(seconds=0.05)

    assert probe.answers(seconds=5)
    let_go.set()


def test_never_more_than_a_few_questions_hang() -> None:
    let_go, asked = Event(), []

    def hang() -> bool:
        asked.append(1)
        return let_go.wait()

    probe = Probe(hang, again=0)
    for _ in range(MOST_HANGING + 3):
        probe.answers(seconds=0.01)
    let_go.set()

    assert len(asked) == MOST_HANGING


def test_a_list_of_events_that_fails_is_told_and_makes_nobody_unhealthy(client: Client) -> None:
    an_account(feed_failures=MOST_FEED_FAILURES)

    answer = client.get(HEALTH)

    assert (answer.status_code, answer.json()["event_lists"]) == (200, "failing")
