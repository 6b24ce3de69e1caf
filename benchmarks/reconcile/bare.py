"""Tables of PostgreSQL that are filled without their indexes and references, which come after.

Kept up row by row, ten million of them take the better part of an hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from django.db import connection

REFERENCES: Final = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
                  conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""
INDEXES: Final = """
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY(%s::regclass[])
    AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
"""


@contextmanager
def bare(tables: Sequence[str]) -> Iterator[None]:
    """Drop what can be made again, and make it again at the end."""
    with connection.cursor() as cursor:
        known = []
        for asked in (REFERENCES, INDEXES):
            cursor.execute(asked, [list(tables)])
            known += cursor.fetchall()
        for drop, _ in known:
            cursor.execute(drop)
        yield
        for _, make in reversed(known):
            cursor.execute(make)
