"""Search of payment intents: an index that comes a minute late."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from tests.fakes.stripe.errors import Json, invalid
from tests.fakes.stripe.store import Shelf, limit_of

BEHIND: Final = timedelta(minutes=1)
CLAUSE: Final = re.compile(
    r"""\s*(?P<field>status|currency|customer|metadata\[(?P<q>['"])(?P<key>.+?)(?P=q)\])"""
    r"""\s*:\s*(?P<w>['"])(?P<value>.*?)(?P=w)\s*"""
)


def search(shelf: Shelf, params: Json) -> Json:
    """`query`: clauses of equality joined by AND; raises Refused on any other language."""
    clauses = _clauses(params["query"])
    limit, start = limit_of(params), _start(params)
    found = [each for each in _candidates(shelf, clauses) if _fits(shelf, each, clauses)][::-1]
    more = len(found) > start + limit
    return {
        "object": "search_result",
        "data": found[start : start + limit],
        "has_more": more,
        "next_page": str(start + limit) if more else None,
        "url": "/v1/payment_intents/search",
    }


def _start(params: Json) -> int:
    """`page` is what the page before told as its `next_page`."""
    told = params.get("page", "0")
    if not told.isdecimal():
        raise invalid("Invalid page", param="page")
    return int(told)


def _clauses(query: str) -> list[tuple[str, str, str]]:
    """Field, metadata's key and wanted value of each."""
    found = [CLAUSE.fullmatch(part) for part in re.split(r"\s+AND\s+", query)]
    if not all(found):
        said = f"We were unable to parse your search query: {query}"
        raise invalid(said, param="query")
    return [(each["field"], each["key"] or "", each["value"]) for each in found if each]


def _candidates(shelf: Shelf, clauses: list[tuple[str, str, str]]) -> list[Json]:
    keyed = [(key, value) for _field, key, value in clauses if key]
    return shelf.by_metadata.get(keyed[0], []) if keyed else shelf.of("payment_intent")


def _fits(shelf: Shelf, intent: Json, clauses: list[tuple[str, str, str]]) -> bool:
    if shelf.notes[intent["id"]]["touched"] > shelf.world.now() - BEHIND:
        return False
    return all(
        (intent["metadata"].get(key) if key else intent[field]) == value
        for field, key, value in clauses
    )
