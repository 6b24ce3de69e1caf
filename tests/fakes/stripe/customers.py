"""Customers: whom a shop's payment methods are kept for."""

from __future__ import annotations

from typing import Final

from tests.fakes.stripe import metadata
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.store import Shelf, having, page

FIELDS: Final = ("address", "description", "email", "name", "phone", "shipping")


def new(shelf: Shelf, params: Json) -> Json:
    told = shelf.new(
        "customer",
        "cus",
        {
            **dict.fromkeys(FIELDS),
            "balance": 0,
            "currency": None,
            "customer_account": None,
            "default_source": None,
            "delinquent": False,
            "discount": None,
            "invoice_prefix": "TILL0001",
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "metadata": {},
            "next_invoice_sequence": 1,
            "preferred_locales": [],
            "tax_exempt": "none",
            "test_clock": None,
        },
    )
    _set(told, params)
    shelf.add(told)
    announce(shelf, "customer.created", told)
    return told


def _set(told: Json, params: Json) -> Json:
    """Change the fields; what they were."""
    before = {name: told[name] for name in (*FIELDS, "metadata") if name in params}
    told.update({name: params[name] or None for name in FIELDS if name in params})
    told["metadata"] = metadata.merged(told["metadata"], params.get("metadata", {}))
    return {name: value for name, value in before.items() if told[name] != value}


def create(shelf: Shelf, params: Json) -> Json:
    return new(shelf, params)


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    """A deleted one is told still, in three fields."""
    if wanted in shelf.notes and wanted not in shelf.objects:
        return {"id": wanted, "object": "customer", "deleted": True}
    return shelf.get("customer", wanted)


def update(shelf: Shelf, params: Json, wanted: str) -> Json:
    told = shelf.get("customer", wanted)
    before = _set(told, params)
    announce(shelf, "customer.updated", told, previous=before)
    return told


def delete(shelf: Shelf, params: Json, wanted: str) -> Json:
    """Its payment methods go with it."""
    told = shelf.get("customer", wanted)
    for method in shelf.linked("payment_method", "customer", wanted):
        if method["customer"] == wanted:
            method["customer"] = None
            shelf.notes[method["id"]]["detached"] = True
    shelf.drop(told)
    announce(shelf, "customer.deleted", told)
    return {"id": wanted, "object": "customer", "deleted": True}


def listed(shelf: Shelf, params: Json) -> Json:
    kept = having(params, ("email",))
    rows = shelf.of("customer")
    told = page(shelf, rows, params, wanted=lambda row: row["id"] in shelf.objects and kept(row))
    return {**told, "url": "/v1/customers"}
