"""A session costs one statement to keep, and none that has ended comes back."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from pytest_django import DjangoAssertNumQueries

from config.sessions import SessionStore
from orders.clock import now

pytestmark = pytest.mark.django_db


def kept() -> SessionStore:
    session = SessionStore()
    session["cart"] = "token"
    session.save()
    return session


def test_what_is_kept_is_found_again() -> None:
    assert SessionStore(kept().session_key)["cart"] == "token"


def test_a_change_is_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    session = kept()
    session["cart"] = "another"

    with django_assert_num_queries(1):
        session.save()

    assert SessionStore(session.session_key)["cart"] == "another"


def test_a_session_that_was_ended_elsewhere_is_not_written_again() -> None:
    session = kept()
    SessionStore().delete(session.session_key)

    with pytest.raises(UpdateError):
        session.save()

    assert not SessionStore().exists(str(session.session_key))


def test_a_key_that_is_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = str(kept().session_key)
    draws = iter([taken, "z" * 32])
    monkeypatch.setattr("config.sessions.get_random_string", lambda *_: next(draws))

    assert kept().session_key == "z" * 32


def test_a_session_that_has_run_out_is_not_found() -> None:
    session = kept()
    Session.objects.filter(pk=session.session_key).update(expire_date=now() - timedelta(seconds=1))

    assert "cart" not in SessionStore(session.session_key)


def test_a_key_nobody_has_is_not_kept_on_using() -> None:
    session = SessionStore("a" * 32)
    session["cart"] = "token"
    session.save()

    assert session.session_key != "a" * 32
