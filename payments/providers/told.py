"""A provider's JSON read field by field, with none of it taken on trust. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from orders.money import CODE, Money
from payments.providers.errors import BadAnswer

LARGEST: Final = 2**63
LONGEST: Final = 80
LONGEST_URL: Final = 8_000
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""No payment was made or will lapse outside; days can be added to and taken from these."""
Word = TypeVar("Word")


def read_json(body: bytes) -> object:
    """The JSON in a body; raises BadAnswer where there is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("not JSON") from error


class Told:
    """One JSON object of an answer. Every reader raises BadAnswer, which names the field.

    What is missing is malformed, except for the readers named `maybe_`: there null is nothing too.
    """

    def __init__(self, told: object, name: str) -> None:
        if not isinstance(told, dict):
            raise BadAnswer(f"{name} is not an object")
        self._told: dict[str, Any] = told
        self._name = name

    def text(self, field: str, longest: int = LONGEST) -> str:
        """A short printable word such as an id; it may be empty."""
        value = self._told.get(field)
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            raise self._wrong(field, "a short text")
        return value

    def name(self, field: str) -> str:
        """An id by which something is found again."""
        if not (value := self.text(field)):
            raise self._wrong(field, "an id")
        return value

    def maybe_text(self, field: str) -> str:
        return "" if self._told.get(field) is None else self.text(field)

    def says(self, field: str, word: str) -> bool:
        """Whether it is just that; anything else there, of whatever kind, is another's."""
        return bool(self._told.get(field) == word)

    def maybe_id(self, field: str) -> str:
        """The id of what belongs to it, told alone or as a whole object."""
        whole = isinstance(self._told.get(field), dict)
        return self.row(field).name("id") if whole else self.maybe_text(field)

    def maybe_url(self, field: str) -> str:
        return "" if self._told.get(field) is None else self.text(field, LONGEST_URL)

    def whole(self, field: str) -> int:
        """An amount in minor units that a database can hold."""
        if (value := self.signed(field)) < 0:
            raise self._wrong(field, "an amount")
        return value

    def signed(self, field: str) -> int:
        """The same of what came or, below zero, went."""
        value = self._told.get(field)
        if type(value) is not int or not -LARGEST < value < LARGEST:
            raise self._wrong(field, "an amount")
        return value

    def money(self, field: str, currency: str) -> Money:
        return Money(self.whole(field), currency)

    def currency(self, field: str) -> str:
        code = self.text(field)
        if not CODE.fullmatch(code):
            raise self._wrong(field, "a currency")
        return code

    def maybe_moment(self, field: str) -> datetime | None:
        """A time of our days with its zone, in ISO 8601."""
        if self._told.get(field) is None:
            return None
        try:
            at = datetime.fromisoformat(self.text(field))
            zoned = at.utcoffset() is not None
            at = at.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self._wrong(field, "a time") from error
        if not zoned:
            raise self._wrong(field, "a time with its zone")
        if not EARLIEST <= at < LATEST:
            raise self._wrong(field, "a time of our days")
        return at

    def maybe_seconds(self, field: str) -> datetime | None:
        """A time of our days, in seconds since 1970."""
        if self._told.get(field) is None:
            return None
        seconds = self.whole(field)
        if not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
            raise self._wrong(field, "a time of our days")
        return datetime.fromtimestamp(seconds, UTC)

    def flag(self, field: str) -> bool:
        value = self._told.get(field)
        if not isinstance(value, bool):
            raise self._wrong(field, "true or false")
        return value

    def one_of(self, field: str, words: Mapping[str, Word]) -> Word:
        """Our word for one of theirs."""
        word = self.text(field)
        if word not in words:
            raise self._wrong(field, "a word that we know")
        return words[word]

    def row(self, field: str) -> Told:
        return Told(self._told.get(field), f"{self._name}.{field}")

    def maybe_row(self, field: str) -> Told | None:
        return None if self._told.get(field) is None else self.row(field)

    def items(self, field: str) -> list[object]:
        value = self._told.get(field)
        if not isinstance(value, list):
            raise self._wrong(field, "a list")
        return value

    def rows(self, field: str) -> list[Told]:
        named = f"{self._name}.{field}"
        return [Told(item, f"{named}[{n}]") for n, item in enumerate(self.items(field))]

    def maybe_rows(self, field: str) -> list[Told]:
        return [] if self._told.get(field) is None else self.rows(field)

    def _wrong(self, field: str, expected: str) -> BadAnswer:
        return BadAnswer(f"{self._name}.{field} is not {expected}")
