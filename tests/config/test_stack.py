"""The whole shop as processes: it survives being killed, and says clearly why it cannot start."""

import fcntl
import os
import shutil
import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from config.ports import HOST, answers, free_port
from config.stack import Stack, StackError
from tests.config.test_processes import is_alive
from tests.config.waiting import until

ALONE = {"DATABASE_URL": None, "REDIS_URL": None, "BROKER_URL": None}
LOST_WORK = """
from payments.models import InboxEvent, ProviderAccount
account = ProviderAccount.objects.get()
InboxEvent.objects.create(account=account, event_id="evt_lost", kind="lost", body=b"{}")
"""


def kill_all(stack: Stack) -> dict[str, int]:
    killed = stack.pids
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    return killed


def is_back(stack: Stack, killed: dict[str, int]) -> bool:
    fresh = not set(killed.values()) & set(stack.pids.values())
    return fresh and answers(f"{stack.bank_url}/health/") and answers(stack.base_url)


def looked_at(stack: Stack, event: str) -> bool:
    with closing(sqlite3.connect(stack.data / "till.sqlite3")) as database:
        query = "select tries > 0 or state != 'received' from payments_inboxevent where event_id=?"
        return bool(database.execute(query, [event]).fetchone()[0])


def test_killed_whole_it_comes_back_finds_lost_work_and_stops_without_a_trace(
    tmp_path: Path,
) -> None:
    with Stack(tmp_path, environment=ALONE) as stack:
        stack.manage("shell", "-c", LOST_WORK)
        killed = kill_all(stack)
        shutil.rmtree(stack.data / "broker", ignore_errors=True)
        assert until(lambda: is_back(stack, killed), seconds=120)
        assert until(lambda: looked_at(stack, "evt_lost"), seconds=60)
        pids, password = stack.pids, stack.admin_password
    assert not any(map(is_alive, pids.values()))
    assert Stack(tmp_path).admin_password == password


def test_a_second_shop_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StackError, match="running already on the data"):
            Stack(tmp_path, environment=ALONE).__enter__()


def test_the_data_are_for_their_owner_alone(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "data")
    try:
        stack._hold_data()
        assert stack.data.stat().st_mode & 0o777 == 0o700
    finally:
        stack.stop()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(StackError, match=rf"Port {taken}, .*make demo BANK_PORT="):
            Stack(tmp_path, ports=(free_port(), taken)).__enter__()


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", "postgres://till:secret@{place}/till"),
        ("REDIS_URL", "redis://:secret@{place}/0"),
        ("BROKER_URL", "amqp://till:secret@{place}//"),
    ],
)
def test_a_service_that_does_not_answer_is_named_without_its_password(
    tmp_path: Path, variable: str, url: str
) -> None:
    place = f"{HOST}:{free_port()}"
    environment = {**ALONE, variable: url.format(place=place)}
    with pytest.raises(StackError) as refused:
        Stack(tmp_path, environment=environment).__enter__()
    assert place in str(refused.value)
    assert variable in str(refused.value)
    assert "secret" not in str(refused.value)
