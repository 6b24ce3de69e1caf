"""What Stripe keeps: accounts, and for each account and mode a shelf of objects in wire form."""

from __future__ import annotations

import secrets
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from heapq import heappop, heappush
from itertools import takewhile
from typing import Final

from tests.fakes.stripe.currencies import SUPPORTED
from tests.fakes.stripe.errors import Json, invalid, not_found
from tests.fakes.stripe.objects import Account, Asked

Later = tuple[datetime, int, Callable[[], None]]

PARAMS: Final = {
    "payment_intent": "intent",
    "checkout.session": "session",
    "reporting.report_run": "report_run",
    "balance_transaction": "id",
}
"""How Stripe calls the parameter of a path where it is not the object's name."""


class World:
    """The clock, what happens later, and everybody's shelves. One lock of its server guards it."""

    def __init__(self, clock: Callable[[], datetime], seed: str | None = None) -> None:
        self._clock = clock
        self._seed = seed or secrets.token_hex(8)
        self._numbers = 0
        self._later: list[Later] = []
        self._instant: datetime | None = None
        self.url = ""
        self.closed_at: datetime | None = None
        """Until when reports tell, where a day was closed by hand."""
        self.accounts: dict[str, Account] = {}
        self.shelves: dict[tuple[str, bool], Shelf] = {}
        self.asked = Asked()
        """The request that is under way, which events name as their cause."""
        self.on_event: Callable[[Shelf, Json], None] = lambda _shelf, _event: None

    def now(self) -> datetime:
        """The clock's time, or the time at which something due happens."""
        return self._instant or self._clock().astimezone(UTC)

    def timestamp(self) -> int:
        return int(self.now().timestamp())

    def new_id(self, prefix: str, length: int = 24) -> str:
        self._numbers += 1
        number = f"{self._seed}{self._numbers}".encode()
        return f"{prefix}_{blake2b(number, digest_size=32).hexdigest()[:length]}"

    def after(self, delay: timedelta, do: Callable[[], None]) -> None:
        self._numbers += 1
        heappush(self._later, (self.now() + delay, self._numbers, do))

    def next_due(self) -> datetime | None:
        return self._later[0][0] if self._later else None

    def catch_up(self) -> None:
        """Let happen what is due by now, the earliest first, each at its own time."""
        until = self._clock()
        asked, self.asked = self.asked, Asked()
        try:
            while self._later and self._later[0][0] <= until:
                self._instant, _, do = heappop(self._later)
                do()
        finally:
            self._instant, self.asked = None, asked

    def shelf(self, account: Account, *, live: bool) -> Shelf:
        key = (account.id, live)
        if key not in self.shelves:
            self.shelves[key] = Shelf(self, account, live)
        return self.shelves[key]


@dataclass(slots=True)
class Shelf:
    """The objects of one account in one mode, each a dict with Stripe's names."""

    world: World
    account: Account
    live: bool
    objects: dict[str, Json] = field(default_factory=dict)
    kinds: dict[str, list[Json]] = field(default_factory=dict)
    """By the field `object`, the oldest first."""
    notes: dict[str, Json] = field(default_factory=dict)
    """What Stripe knows of an object and tells nobody, by its id."""
    by_metadata: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    """Payment intents by each pair of their metadata, that of an earlier day included."""
    _links: dict[tuple[str, str, str], list[Json]] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)

    def add(self, told: Json, links: Iterable[str] = ()) -> Json:
        """Keep a new object; `links`: the fields by which it is looked for."""
        kept = self.kinds.setdefault(told["object"], [])
        self._places[told["id"]] = len(kept)
        kept.append(told)
        self.objects[told["id"]] = told
        self.notes[told["id"]] = {}
        for name in links:
            self.link(told, name)
        return told

    def link(self, told: Json, name: str) -> None:
        if told[name] is not None:
            self._links.setdefault((told["object"], name, told[name]), []).append(told)

    def linked(self, kind: str, name: str, value: str) -> list[Json]:
        """The objects of a kind whose field has that value, the oldest first."""
        return self._links.get((kind, name, value), [])

    def of(self, kind: str) -> list[Json]:
        return self.kinds.get(kind, [])

    def charged(self) -> frozenset[str]:
        """The currencies that the account may charge."""
        return frozenset(self.account.currencies or SUPPORTED)

    def place(self, told: Json) -> int:
        return self._places[told["id"]]

    def drop(self, told: Json) -> None:
        """Forget an object that its account deleted; its place stays."""
        del self.objects[told["id"]]

    def get(self, kind: str, wanted: str, *, param: str = "") -> Json:
        """Raises Refused (404) where this account has none such in this mode."""
        told = self.objects.get(wanted)
        if told is None or told["object"] != kind:
            hint = self._hint(kind, wanted)
            last = kind.rpartition(".")[2]
            raise not_found(last, wanted, param=param or PARAMS.get(kind, last), hint=hint)
        return told

    def _hint(self, kind: str, wanted: str) -> str:
        other = self.world.shelves.get((self.account.id, not self.live))
        if other is None or other.objects.get(wanted, {}).get("object") != kind:
            return ""
        has, used = ("test", "live") if self.live else ("live", "test")
        return (
            f"; a similar object exists in {has} mode, "
            f"but a {used} mode key was used to make this request."
        )

    def new(self, kind: str, prefix: str, told: Json) -> Json:
        """A new object's fields: what every object of Stripe's begins with, then its own."""
        return {
            "id": self.world.new_id(prefix),
            "object": kind,
            "created": self.world.timestamp(),
            "livemode": self.live,
            **told,
        }


def limit_of(params: Json) -> int:
    """How many a page may have; raises Refused on other than 1 to 100."""
    limit: int = {"limit": 10, **params}["limit"]
    if not 1 <= limit <= 100:
        raise invalid("This value must be between 1 and 100.", param="limit")
    return limit


def page(
    shelf: Shelf,
    rows: list[Json],
    params: Json,
    *,
    wanted: Callable[[Json], bool] = lambda _row: True,
) -> Json:
    """A list of Stripe's: the newest first, `has_more` towards where the cursor goes.

    `rows`: the oldest first, all of one kind. Raises Refused on a cursor that is no such object.
    """
    limit = limit_of(params)
    upwards = "ending_before" in params
    found: list[Json] = []
    for row in _walk(shelf, rows, params):
        if wanted(row):
            found.append(row)
        if len(found) > limit:
            break
    data = found[:limit][::-1] if upwards else found[:limit]
    return {"object": "list", "data": data, "has_more": len(found) > limit}


def _walk(shelf: Shelf, rows: list[Json], params: Json) -> Iterable[Json]:
    cursor = params.get("ending_before") or params.get("starting_after")
    if not cursor:
        return _since(params, reversed(rows))
    told = shelf.objects.get(cursor)
    if told is None or not (rows and told["object"] == rows[0]["object"]):
        name = "ending_before" if "ending_before" in params else "starting_after"
        raise invalid(f"No such object: '{cursor}'", code="resource_missing", param=name)
    at = bisect_left(rows, shelf.place(told), key=shelf.place)
    if "ending_before" in params:
        return (rows[place] for place in range(at + (rows[at : at + 1] == [told]), len(rows)))
    return _since(params, (rows[place] for place in range(at - 1, -1, -1)))


def _since(params: Json, rows: Iterable[Json]) -> Iterable[Json]:
    """Older rows are not even looked at where `created` says that they are too old."""
    wanted = params.get("created")
    low = wanted.get("gte", wanted.get("gt", 0)) if isinstance(wanted, dict) else 0
    return takewhile(lambda row: row["created"] >= low, rows) if low else rows


def within(params: Json, name: str = "created") -> Callable[[Json], bool]:
    """The filter of that name, a timestamp or {gt, gte, lt, lte}."""
    wanted = params.get(name)
    if wanted is None:
        return lambda _row: True
    if isinstance(wanted, int):
        return lambda row: bool(row[name] == wanted)
    low = max(wanted.get("gte", 0), wanted.get("gt", -1) + 1)
    high = min(wanted.get("lte", 1 << 60), wanted.get("lt", (1 << 60) + 1) - 1)
    return lambda row: bool(low <= row[name] <= high)


def having(params: Json, names: Collection[str]) -> Callable[[Json], bool]:
    """The filters by name, `created` among them."""
    wanted = {name: params[name] for name in names if name in params}
    timely = within(params)
    return lambda row: timely(row) and all(row[name] == value for name, value in wanted.items())
