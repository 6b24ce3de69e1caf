"""Webhook endpoints: where a shop wants to be told, and of what."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from tests.fakes.stripe import metadata
from tests.fakes.stripe.errors import Json, invalid
from tests.fakes.stripe.events import named_by
from tests.fakes.stripe.store import Shelf, page

MOST: Final = 16


def create(shelf: Shelf, params: Json) -> Json:
    """The one answer that tells the secret."""
    _check(shelf, params)
    if sum(each["id"] in shelf.objects for each in shelf.of("webhook_endpoint")) >= MOST:
        raise invalid(f"You have reached the maximum of {MOST} test webhook endpoints.")
    return make(shelf, params)


def make(shelf: Shelf, params: Json) -> Json:
    """The new endpoint, with its secret."""
    told = shelf.new(
        "webhook_endpoint",
        "we",
        {
            "api_version": params.get("api_version"),
            "application": None,
            "description": params.get("description") or None,
            "enabled_events": params["enabled_events"],
            "metadata": metadata.merged({}, params.get("metadata")),
            "status": "enabled",
            "url": params["url"],
        },
    )
    shelf.add(told)
    secret = shelf.world.new_id("whsec", 32)
    shelf.notes[told["id"]]["secret"] = secret
    return {**told, "secret": secret}


def _check(shelf: Shelf, params: Json) -> None:
    url = urlsplit(params.get("url", "https://example.com"))
    if url.scheme not in {"http", "https"} or not url.netloc:
        raise invalid("Invalid URL", code="url_invalid", param="url")
    if shelf.live and url.scheme != "https":
        raise invalid("Live webhook endpoints must be HTTPS.", code="url_invalid", param="url")


def takers(shelf: Shelf, kind: str) -> list[Json]:
    """The endpoints that want events of that type."""
    return [
        each
        for each in shelf.of("webhook_endpoint")
        if each["id"] in shelf.objects and each["status"] == "enabled" and _wants(each, kind)
    ]


def _wants(endpoint: Json, kind: str) -> bool:
    return any(named_by(each, kind) for each in endpoint["enabled_events"])


def secret_of(shelf: Shelf, endpoint: Json) -> str:
    secret: str = shelf.notes[endpoint["id"]]["secret"]
    return secret


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("webhook_endpoint", wanted)


def update(shelf: Shelf, params: Json, wanted: str) -> Json:
    _check(shelf, params)
    told = shelf.get("webhook_endpoint", wanted)
    changed: Any = {name: params[name] for name in ("url", "enabled_events") if name in params}
    told.update(changed)
    if "disabled" in params:
        told["status"] = "disabled" if params["disabled"] else "enabled"
    if "description" in params:
        told["description"] = params["description"] or None
    told["metadata"] = metadata.merged(told["metadata"], params.get("metadata", {}))
    return told


def delete(shelf: Shelf, params: Json, wanted: str) -> Json:
    shelf.drop(shelf.get("webhook_endpoint", wanted))
    return {"id": wanted, "object": "webhook_endpoint", "deleted": True}


def listed(shelf: Shelf, params: Json) -> Json:
    rows = shelf.of("webhook_endpoint")
    told = page(shelf, rows, params, wanted=lambda row: row["id"] in shelf.objects)
    return {**told, "url": "/v1/webhook_endpoints"}
