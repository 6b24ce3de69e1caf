"""The PostgreSQL to measure on: durable as installed, on this machine, a database of our own."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

STANDARD = ("postgres://postgres@127.0.0.1:5432/", "postgres://root@127.0.0.1:5432/")
LOOPBACK = {"127.0.0.1", "localhost", "::1", None}
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


class ServerError(Exception):
    """There is no PostgreSQL to measure on; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answered, and what it says of itself."""

    url: str
    version: str

    @property
    def place(self) -> str:
        """Where it listens, without user or password."""
        at = urlsplit(self.url)
        return f"{at.hostname}:{at.port or 5432}"

    def of(self, database: str) -> str:
        """The URL of one of its databases."""
        return urlsplit(self.url)._replace(path=f"/{database}").geturl()


def find_server() -> Server:
    """The server that DATABASE_URL names, else the one at the standard port; or ServerError."""
    named = os.environ.get("DATABASE_URL", "")
    if named and not named.startswith("postgres"):
        raise ServerError("The bench measures on PostgreSQL, and DATABASE_URL names another kind.")
    if urlsplit(named).hostname not in LOOPBACK:
        raise ServerError(
            "The bench counts the processor time of PostgreSQL's backends, "
            "so DATABASE_URL must name a server on this machine."
        )
    problems = []
    for url in (named,) if named else STANDARD:
        try:
            return _checked(url)
        except psycopg.OperationalError as error:
            problems.append(str(error).strip().splitlines()[0])
    raise ServerError(
        f"The bench needs PostgreSQL, and none answers: {problems[0]}. Start it "
        "(Debian: apt install postgresql; service postgresql start), or name one in DATABASE_URL."
    )


def _checked(url: str) -> Server:
    with psycopg.connect(Server(url, "").of("postgres"), connect_timeout=5) as connection:
        for setting in DURABLE:
            value = connection.execute(f"show {setting}".encode()).fetchone()
            if value != ("on",):
                raise ServerError(
                    f"PostgreSQL at {Server(url, '').place} has {setting} set to "
                    f"{value and value[0]}; the bench measures only what survives a power cut. "
                    "Turn it on, or name another server in DATABASE_URL."
                )
        version = str(connection.info.server_version // 10000)
    return Server(url, version)


@contextmanager
def own_database(server: Server) -> Iterator[str]:
    """The URL of a new database, dropped afterwards."""
    name = f"till_bench_{secrets.token_hex(4)}"
    with psycopg.connect(server.of("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield server.of(name)
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)
