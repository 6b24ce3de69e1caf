"""The chain of keys of one act."""

from __future__ import annotations

import pytest

from payments.providers.errors import ProviderDown
from payments.providers.stripe.burnt import KEYS, by_next_key
from payments.providers.stripe.http import KeyBurnt
from payments.providers.told import Told

DONE = Told({}, "payment")


class Door:
    """Stripe, at which so many keys are burnt."""

    def __init__(self, burnt: int, error: type[ProviderDown] = KeyBurnt) -> None:
        self.keys: list[str] = []
        self._burnt, self._error = burnt, error

    def send(self, key: str) -> Told:
        self.keys.append(key)
        if len(self.keys) <= self._burnt:
            raise self._error("answered 500", sent=True)
        return DONE


def nothing() -> None:
    """What a look finds where nothing was done."""


def test_each_next_key_is_the_same_on_every_walk() -> None:
    doors = [Door(burnt=2), Door(burnt=2)]

    for door in doors:
        by_next_key("k", door.send, nothing)

    assert [door.keys for door in doors] == [["k", "k:2", "k:3"]] * 2


def test_the_chain_has_an_end() -> None:
    door = Door(burnt=KEYS)

    with pytest.raises(KeyBurnt):
        by_next_key("k", door.send, nothing)

    assert door.keys == ["k", "k:2", "k:3", "k:4", "k:5"]


def test_what_is_found_done_is_not_sent_again() -> None:
    door, found = Door(burnt=1), Told({}, "payment")

    assert by_next_key("k", door.send, lambda: found) is found
    assert door.keys == ["k"]


def test_an_error_that_is_not_kept_burns_no_key() -> None:
    door = Door(burnt=1, error=ProviderDown)

    with pytest.raises(ProviderDown):
        by_next_key("k", door.send, nothing)

    assert door.keys == ["k"]
