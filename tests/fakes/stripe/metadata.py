"""Metadata: what it may hold and how an update changes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.fakes.stripe.errors import Json, invalid

KEYS: Final = 50
LONGEST_NAME: Final = 40
LONGEST_VALUE: Final = 500


def check(params: Json) -> None:
    """Raises Refused where metadata at any depth hold too many or too long texts."""
    for at, told in _within(params, ""):
        if len(told) > KEYS:
            raise invalid(f"Metadata can have up to {KEYS} keys.", param=at)
        for name, value in told.items():
            if len(name) > LONGEST_NAME:
                raise invalid(f"Metadata keys can have up to {LONGEST_NAME} characters.", param=at)
            if len(value) > LONGEST_VALUE:
                said = f"Metadata values can have up to {LONGEST_VALUE} characters."
                raise invalid(said, param=f"{at}[{name}]")


def merged(old: Json, new: Any) -> Json:
    """`new` over `old`: the empty text unsets a key, and in the place of all all of them."""
    if new == "":
        return {}
    return {name: value for name, value in {**old, **(new or {})}.items() if value != ""}


def _within(told: Any, at: str) -> Iterator[tuple[str, Json]]:
    if not isinstance(told, dict):
        return
    for name, value in told.items():
        path = f"{at}[{name}]" if at else name
        if name == "metadata" and isinstance(value, dict):
            yield path, value
        else:
            yield from _within(value, path)
