"""What a parameter may look like, and how its text on the wire becomes a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from tests.fakes.stripe.errors import Refused, invalid, missing, unknown
from tests.fakes.stripe.forms import Raw

DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,12})?")


class Shape(Protocol):
    def read(self, raw: Raw, at: str) -> Any:
        """The value of `raw`; raises Refused, naming the parameter `at` in bracket notation."""


@dataclass(frozen=True, slots=True)
class Text:
    """`choices`: all that it may be; empty: anything but the empty text, up to `longest`."""

    choices: Collection[str] = ()
    longest: int = 5000

    def read(self, raw: Raw, at: str) -> str:
        if not isinstance(raw, str):
            raise invalid("Invalid string", param=at)
        if self.choices and raw not in self.choices:
            raise invalid(f"Invalid {at}: must be one of {', '.join(self.choices)}", param=at)
        if not self.choices:
            _refuse_empty(raw, at)
        if len(raw) > self.longest:
            said = f"Invalid string: {raw[:20]}...; must be at most {self.longest} characters"
            raise invalid(said, param=at)
        return raw


@dataclass(frozen=True, slots=True)
class Whole:
    def read(self, raw: Raw, at: str) -> int:
        _refuse_empty(raw, at)
        digits = raw.removeprefix("-") if isinstance(raw, str) else ""
        if not (digits.isascii() and digits.isdecimal()) or not isinstance(raw, str):
            raise invalid(f"Invalid integer: {raw}", code="parameter_invalid_integer", param=at)
        return int(raw)


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal: exact, so it stays text."""

    def read(self, raw: Raw, at: str) -> str:
        _refuse_empty(raw, at)
        if not isinstance(raw, str) or not DECIMAL.fullmatch(raw):
            raise invalid(f"Invalid decimal: {raw}", param=at)
        return raw


@dataclass(frozen=True, slots=True)
class Flag:
    def read(self, raw: Raw, at: str) -> bool:
        _refuse_empty(raw, at)
        if raw not in {"true", "false"}:
            raise invalid(f"Invalid boolean: {raw}", param=at)
        return raw == "true"


@dataclass(frozen=True, slots=True)
class Many:
    item: Shape

    def read(self, raw: Raw, at: str) -> list[Any]:
        if isinstance(raw, str) or set(raw) != {str(place) for place in range(len(raw))}:
            raise invalid("Invalid array", param=at)
        ordered = sorted(raw.items(), key=lambda each: int(each[0]))
        return [self.item.read(value, f"{at}[{place}]") for place, value in ordered]


@dataclass(frozen=True, slots=True)
class Fields:
    """A hash. `rest`: the shape of members of any name, as of metadata; None refuses them."""

    members: Mapping[str, Shape]
    required: Collection[str] = ()
    rest: Shape | None = None

    def read(self, raw: Raw, at: str) -> dict[str, Any]:
        if isinstance(raw, str):
            raise invalid("Invalid object", param=at)
        for name in self.required:
            if name not in raw:
                raise missing(_inside(at, name))
        return {name: self._member(name, value, at) for name, value in raw.items()}

    def _member(self, name: str, value: Raw, at: str) -> Any:
        shape = self.members.get(name, self.rest)
        if shape is None:
            raise unknown(_inside(at, name))
        return shape.read(value, _inside(at, name))


@dataclass(frozen=True, slots=True)
class Either:
    """The first of several shapes that fits; the complaint is that of the first."""

    options: Sequence[Shape]

    def read(self, raw: Raw, at: str) -> Any:
        complaints: list[Refused] = []
        for shape in self.options:
            try:
                return shape.read(raw, at)
            except Refused as refusal:
                complaints.append(refusal)
        raise _most_telling(complaints)


@dataclass(slots=True)
class Lazy:
    """A shape that is made when it is first needed: most branches of Stripe's trees never are."""

    make: Callable[[], Shape]
    made: Shape | None = field(default=None)

    def read(self, raw: Raw, at: str) -> Any:
        if self.made is None:
            self.made = self.make()
        return self.made.read(raw, at)


class Unset:
    """The empty text, where it unsets a parameter."""

    def read(self, raw: Raw, at: str) -> str:
        if raw != "":
            raise invalid(f"Invalid {at}", param=at)
        return ""


class Anything:
    """Free text, the empty one too, as a value of metadata."""

    def read(self, raw: Raw, at: str) -> str:
        if not isinstance(raw, str):
            raise invalid("Invalid string", param=at)
        return raw


def _refuse_empty(raw: Raw, at: str) -> None:
    if raw == "":
        said = f"You passed an empty string for '{at}', which cannot be unset."
        raise invalid(said, code="parameter_invalid_empty", param=at)


def _inside(at: str, name: str) -> str:
    return f"{at}[{name}]" if at else name


def _most_telling(complaints: list[Refused]) -> Refused:
    """The complaint about the innermost parameter: its branch came the furthest."""
    return max(complaints, key=lambda each: each.error.get("param", "").count("["))
