"""A database of the run's own, that can be cut off from everybody and comes back."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

STANDARD = (
    "postgres://postgres@127.0.0.1:5432/",
    "postgres://root@127.0.0.1:5432/",
    "postgres://postgres@127.0.0.1:54329/",
)


class DatabaseError(Exception):
    """There is no PostgreSQL to run on; the text says what to do."""


class Database:
    """One database of a server; `url` is for the shop, the server's own one for cutting it."""

    def __init__(self, server: str, name: str) -> None:
        self.url = _of(server, name)
        self._name = sql.Identifier(name)
        self._server = psycopg.connect(_of(server, "postgres"), autocommit=True)

    def create(self) -> None:
        self._do("CREATE DATABASE {}")
        self._do("ALTER DATABASE {} SET synchronous_commit = off")  # the server is never killed
        self._do("ALTER DATABASE {} SET jit = off")  # no statement here is worth compiling

    def cut(self) -> None:
        """Let nobody in, and throw out who is."""
        self._do("ALTER DATABASE {} ALLOW_CONNECTIONS false")
        self._server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [urlsplit(self.url).path.removeprefix("/")],
        )

    def mend(self) -> None:
        self._do("ALTER DATABASE {} ALLOW_CONNECTIONS true")

    def drop(self) -> None:
        self._do("DROP DATABASE {} WITH (FORCE)")
        self._server.close()

    def _do(self, statement: str) -> None:
        self._server.execute(sql.SQL(statement).format(self._name))


@contextmanager
def own_database() -> Iterator[Database]:
    """A new database on the server of DATABASE_URL or a standard port; dropped afterwards."""
    database = Database(_server(), f"till_chaos_{secrets.token_hex(4)}")
    database.create()
    try:
        yield database
    finally:
        database.drop()


def _server() -> str:
    named = os.environ.get("DATABASE_URL", "")
    if named and not named.startswith("postgres"):
        raise DatabaseError("Chaos runs on PostgreSQL, and DATABASE_URL names another kind.")
    problems = []
    for url in (named,) if named else STANDARD:
        try:
            psycopg.connect(_of(url, "postgres"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            problems.append(str(error).strip().splitlines()[0])
        else:
            return url
    raise DatabaseError(
        f"Chaos needs PostgreSQL, and none answers: {problems[0]}. Start it "
        "(Debian: apt install postgresql; service postgresql start), or name one in DATABASE_URL."
    )


def _of(server: str, name: str) -> str:
    return urlsplit(server)._replace(path=f"/{name}").geturl()
