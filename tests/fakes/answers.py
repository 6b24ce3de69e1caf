"""Whether an answer has the form that Stripe's OpenAPI file gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.fakes.stripe import openapi
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.routes import Route

NEWER: Final = {
    # stripe 16.1.0, stripe/checkout/_session.py
    "checkout.session": {"allowed_payment_method_types"},
    # stripe 16.1.0, stripe/_payment_intent.py; fixtures3.json has it, the schema does not
    "payment_intent": {"source"},
}
TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


class Judge:
    """Collects what is wrong with the answers it is shown."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def see(self, route: Route, told: Json) -> None:
        schema = openapi.answer_schema(route.method, route.template)
        if schema is not None:
            address = f"{route.method} {route.template}"
            self.wrong += [f"{address}: {each}" for each in problems(schema, told, "")]

    def see_object(self, told: Json) -> None:
        """A snapshot of an event."""
        self.wrong += list(problems(openapi.resource(told["object"]), told, told["object"]))


def problems(schema: Json, told: Any, at: str) -> Iterator[str]:
    """What does not fit, each with the path to it."""
    if "$ref" in schema:
        yield from problems(openapi.resource(schema["$ref"].rpartition("/")[2]), told, at)
    elif told is None:
        if not (schema.get("nullable") or "anyOf" in schema):
            yield f"{at} is null"
    elif "anyOf" in schema:
        options = [each for each in schema["anyOf"] if _is_meant(each, told)] or schema["anyOf"]
        yield from min((list(problems(each, told, at)) for each in options), key=len)
    elif "enum" in schema and told not in schema["enum"]:
        yield f"{at} is {told!r}, none of {schema['enum']}"
    else:
        yield from _typed(schema, told, at)


def _is_meant(schema: Json, told: Any) -> bool:
    """Of several resources the one that an object says to be."""
    if "$ref" not in schema:
        return not isinstance(told, dict)
    named = openapi.resource(schema["$ref"].rpartition("/")[2]).get("properties", {}).get("object")
    return bool(named) and isinstance(told, dict) and told.get("object") in named["enum"]


def _typed(schema: Json, told: Any, at: str) -> Iterator[str]:
    kind = schema.get("type", "object")
    if kind == "object":
        yield from _members(schema, told, at)
    elif kind == "array":
        for place, each in enumerate(told):
            yield from problems(schema["items"], each, f"{at}[{place}]")
    elif not isinstance(told, TYPES[kind]) or (kind != "boolean" and isinstance(told, bool)):
        yield f"{at} is {told!r}, no {kind}"


def _members(schema: Json, told: Any, at: str) -> Iterator[str]:
    if not isinstance(told, dict):
        yield f"{at} is {told!r}, no object"
        return
    properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
    yield from (
        f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in told
    )
    newer = NEWER.get(str(told.get("object")), set())
    for name, value in told.items():
        if name in properties:
            yield from problems(properties[name], value, f"{at}.{name}")
        elif properties and not rest and name not in newer:
            yield f"{at}.{name} is unknown"
