"""Stripe's OpenAPI file, one version older than the pinned one: what may be asked and is told.

The file lies beside the project, not in it: in a user's clone there is none.
"""

from __future__ import annotations

import gzip
import json
from functools import cache, partial
from typing import Any, Final

from benchmarks import samples
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.shapes import (
    Anything,
    Either,
    Fields,
    Flag,
    Lazy,
    Many,
    Number,
    Shape,
    Text,
    Unset,
    Whole,
)

FILE: Final = "openapi-2026-08-26.dahlia.json.gz"
FORM: Final = "application/x-www-form-urlencoded"
SOURCE: Final = samples.find("vectors/stripe")

NEWER: Final[dict[tuple[str, str], set[str]]] = {
    # docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions
    ("POST", "/v1/checkout/sessions"): {"allowed_payment_method_types"},
    # stripe 16.1.0, params/_dispute_update_params.py
    ("POST", "/v1/disputes/{dispute}"): {"intended_submission_method"},
    # stripe 16.1.0, _api_version.py: the file lists the versions before its own
    ("POST", "/v1/webhook_endpoints"): {"api_version"},
}
"""Parameters of the pinned version that the file does not know yet, each with its source."""


@cache
def specification() -> Json | None:
    if SOURCE.folder is None:
        return None
    told: Json = json.loads(gzip.decompress((SOURCE.folder / FILE).read_bytes()))
    return told


@cache
def asked(method: str, template: str) -> Shape | None:
    """What a request may carry; None where there is no file, or no such path in it."""
    operation = _operation(method, template)
    if operation is None:
        return None
    if method == "POST":
        schema = operation["requestBody"]["content"].get(FORM, {}).get("schema", {})
        return request_shape(schema)
    named = [each for each in operation.get("parameters", []) if each["in"] == "query"]
    members = {each["name"]: request_shape(each["schema"]) for each in named}
    return Fields(members, [each["name"] for each in named if each.get("required")])


def answer_schema(method: str, template: str) -> Json | None:
    """The JSON schema of a success."""
    operation = _operation(method, template)
    if operation is None:
        return None
    schema: Json = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return schema


def resource(name: str) -> Json:
    """The schema of an object; raises KeyError where there is none such."""
    told = specification()
    schema: Json = (told or {})["components"]["schemas"][name]
    return schema


def _operation(method: str, template: str) -> Json | None:
    told = specification()
    operation: Json | None = told and told["paths"].get(template, {}).get(method.lower())
    return operation


def request_shape(schema: Json) -> Shape:
    if "anyOf" in schema:
        return Either([request_shape(option) for option in schema["anyOf"]])
    if "enum" in schema:
        return Unset() if schema["enum"] == [""] else Text(schema["enum"])
    match schema.get("type"):
        case "object":
            return _hash(schema)
        case "array":
            return Many(request_shape(schema["items"]))
        case kind:
            return _leaf(kind, schema)


def _leaf(kind: Any, schema: Json) -> Shape:
    match kind:
        case "integer":
            return Whole()
        case "boolean":
            return Flag()
        case "number":
            return Number()
        case _:
            decimal = schema.get("format") == "decimal"
            return Number() if decimal else Text(longest=schema.get("maxLength", 5000))


def _hash(schema: Json) -> Shape:
    rest = schema.get("additionalProperties")
    properties = schema.get("properties", {})
    return Fields(
        {name: Lazy(partial(request_shape, each)) for name, each in properties.items()},
        schema.get("required", ()),
        Anything() if isinstance(rest, dict) else None,
    )
