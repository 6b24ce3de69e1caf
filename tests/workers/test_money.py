"""A worker killed while the bank makes a refund: another books it, nothing is paid back twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from payments.models import Attempt, Entry, Operation, ProviderAccount
from payments.services.accounts import connect_sandbox
from payments.services.check_ledger import faults
from payments.states import EntryKind, OperationStatus
from tests.config.waiting import until
from tests.contract.faults import TIMEOUT_AFTER
from tests.contract.proxy import Wire
from tests.payments.refunding import a_refund
from tests.payments.services.cast import at_bank, bought
from tests.workers.brokers import Broker
from tests.workers.shop import a_crew

pytestmark = pytest.mark.django_db(transaction=True)
PREFORK = ("--pool=prefork", "--concurrency=2")
THREADS = ("--pool=threads", "--concurrency=2")


@pytest.fixture
def wire(bank: str) -> Iterator[Wire]:
    wire = Wire(bank)
    yield wire
    wire.close()


@pytest.fixture
def paid(wire: Wire) -> Attempt:
    return bought(connect_sandbox(bank_url=wire.url, hooks_base_url="http://127.0.0.1:9"))


def refund(attempt: Attempt) -> Operation:
    return a_refund(attempt.payment, 2500, note="broken", request_key="form").operations.get()


def given_back(account: ProviderAccount, attempt: Attempt) -> list[int]:
    """The amounts of the refunds in the bank's own book."""
    (payment,) = at_bank(account, attempt.our_ref)
    refunds: list[dict[str, int]] = payment["refunds"]  # type: ignore[assignment]  # JSON
    return [each["amount"] for each in refunds]


def survives(
    paid: Attempt, wire: Wire, broker: Broker | None, *, home: Path, pool: tuple[str, ...]
) -> None:
    """Kill whoever has just had the refund made, and let another find out."""
    with a_crew(broker, home, *pool) as crew:
        with wire.trouble(TIMEOUT_AFTER):
            first = crew.hire()
            operation = refund(paid)
            assert until(lambda: refund_keys(wire)), first.said
            first.kill()
        second = crew.hire()
        settled = Operation.objects.filter(pk=operation.pk, status=OperationStatus.SUCCEEDED)
        assert until(settled.exists), second.said


def refund_keys(wire: Wire) -> list[str]:
    """The idempotency keys under which a refund was asked for."""
    asked = [one for one in wire.sent if one.method == "POST" and "refund" in one.path]
    return [one.headers["Idempotency-Key"] for one in asked]


def check(paid: Attempt, wire: Wire) -> None:
    assert given_back(paid.account, paid) == [2500]
    assert set(refund_keys(wire)) == {Operation.objects.get().key}
    assert Entry.objects.filter(kind=EntryKind.REFUND).count() == 1
    assert list(faults()) == []


def test_a_refund_is_made_once_though_its_worker_is_killed(
    *, paid: Attempt, wire: Wire, broker: Broker, tmp_path: Path
) -> None:
    survives(paid, wire, broker, home=tmp_path, pool=PREFORK)

    check(paid, wire)


def test_the_embedded_broker_loses_no_work_of_a_killed_worker(
    paid: Attempt, wire: Wire, tmp_path: Path
) -> None:
    survives(paid, wire, None, home=tmp_path, pool=THREADS)

    check(paid, wire)
