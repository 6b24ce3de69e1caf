"""`expand[]`: ids in an answer replaced by the objects they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tests.fakes.stripe.errors import Json, Refused, invalid
from tests.fakes.stripe.store import Shelf

DEEPEST: Final = 4


def expanded(shelf: Shelf, told: Json, paths: list[str]) -> Json:
    """A copy with what the dotted `paths` name; raises Refused where one names nothing."""
    for path in paths:
        parts = path.split(".")
        if len(parts) - (parts[0] == "data") > DEEPEST:
            said = f"You cannot expand more than {DEEPEST} levels of a property."
            raise invalid(said, param="expand")
        told = _Path(shelf, path).along(told, parts)
    return told


@dataclass(frozen=True, slots=True)
class _Path:
    shelf: Shelf
    whole: str

    def along(self, told: Any, parts: list[str]) -> Any:
        if isinstance(told, list):
            return [self.along(each, parts) for each in told]
        if not parts or told is None:
            return told
        if not isinstance(told, dict):
            raise self._refused()
        return {**told, parts[0]: self.along(self._value(told, parts[0]), parts[1:])}

    def _value(self, told: Json, name: str) -> Any:
        value = told[name] if name in told else _included(self.shelf, told, name)
        if value is None and name not in told:
            raise self._refused()
        if isinstance(value, int | float):
            raise self._refused()
        if not isinstance(value, str):
            return value
        if value not in self.shelf.objects:
            raise self._refused()
        return self.shelf.objects[value]

    def _refused(self) -> Refused:
        return invalid(f"This property cannot be expanded ({self.whole}).", param="expand")


def _included(shelf: Shelf, told: Json, name: str) -> Json | None:
    """Lists that are told only to who asks for them."""
    kind = (told.get("object"), name)
    if kind == ("checkout.session", "line_items"):
        rows = shelf.notes[told["id"]]["lines"]
        url = f"/v1/checkout/sessions/{told['id']}/line_items"
    elif kind == ("charge", "refunds"):
        rows = shelf.linked("refund", "charge", told["id"])[::-1]
        url = f"/v1/charges/{told['id']}/refunds"
    else:
        return None
    return {"object": "list", "data": rows[:10], "has_more": len(rows) > 10, "url": url}
