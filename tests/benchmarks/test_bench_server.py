"""The bench measures on a durable PostgreSQL of this machine, or says what is missing."""

import pytest

from benchmarks.bench import server
from benchmarks.bench.server import Server, ServerError, find_server
from config.ports import free_port


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///till.sqlite3", "names another kind"),
        ("postgres://till@db.example/till", "on this machine"),
    ],
)
def test_a_server_that_cannot_be_measured_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(ServerError, match=said):
        find_server()


def test_without_postgresql_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(server, "STANDARD", (f"postgres://nobody@127.0.0.1:{free_port()}/",))

    with pytest.raises(ServerError, match=r"needs PostgreSQL, and none answers.*Start it"):
        find_server()


def test_the_place_of_a_server_shows_no_password() -> None:
    found = Server("postgres://till:secret@127.0.0.1/till", "15")

    assert (found.place, found.of("other")) == (
        "127.0.0.1:5432",
        "postgres://till:secret@127.0.0.1/other",
    )
