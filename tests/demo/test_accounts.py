"""Signing up and in at the demo, so that a card can be kept."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

pytestmark = pytest.mark.django_db
FRESH = {"username": "alice", "password1": "long enough 42", "password2": "long enough 42"}


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def test_a_new_shopper_is_signed_in_at_once(client: Client) -> None:
    client.post("/accounts/sign-up/", FRESH)

    assert "Sign out alice" in client.get("/").text


def test_two_passwords_that_differ_make_nobody(client: Client) -> None:
    answer = client.post("/accounts/sign-up/", FRESH | {"password2": "another"})

    assert answer.status_code == 400
    assert not get_user_model().objects.exists()


def test_what_is_missing_is_said_beside_its_field_and_above_the_form(client: Client) -> None:
    page = client.post("/accounts/sign-up/", FRESH | {"username": ""}).text

    assert '<a href="#id_username">Username: Choose a user name.</a>' in page
    assert '<p class="problem" id="id_username_error">Choose a user name.</p>' in page


def test_hints_are_read_with_their_fields(client: Client) -> None:
    page = client.get("/accounts/sign-up/").text

    assert 'aria-describedby="id_password1_helptext"' in page
    assert '<p class="hint" id="id_password1_helptext">At least 8 characters' in page
    assert "<ul><li>" not in page


def test_a_wrong_password_says_so_and_signs_nobody_in(client: Client) -> None:
    page = client.post("/accounts/login/", {"username": "alice", "password": "wrong"})

    assert "Please enter a correct username" in page.text
    assert "_auth_user_id" not in client.session


def test_signing_out_is_a_button(client: Client) -> None:
    client.post("/accounts/sign-up/", FRESH)

    client.post("/accounts/logout/")

    assert "Sign in" in client.get("/").text


def test_signing_in_leads_to_no_other_site(client: Client) -> None:
    client.post("/accounts/sign-up/", FRESH)
    client.post("/accounts/logout/")
    known = {"username": "alice", "password": FRESH["password1"], "next": "https://evil.example/"}

    assert client.post("/accounts/login/", known)["Location"] == "/"


def test_who_tries_too_often_is_asked_to_wait_a_minute(client: Client) -> None:
    answers = [client.post("/accounts/sign-up/", {"username": ""}) for _ in range(31)]

    assert [answer.status_code for answer in answers[-2:]] == [400, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60 + 1
    assert "Wait a minute" in answers[-1].text
    assert client.post("/accounts/login/", {}).status_code == 429
