"""Writing in the bank's book: one transaction, and on SQLite one writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.db import connection, transaction

_ONE_WRITER = Lock()


@contextmanager
def writing() -> Iterator[None]:
    """Commit what is written inside, or nothing of it."""
    if connection.vendor == "postgresql":
        with transaction.atomic(durable=True):
            yield
        return
    # SQLite lets writers sleep in growing steps (500 ms at worst, measured); a lock wakes the next.
    with _ONE_WRITER, transaction.atomic(durable=True):
        yield
