"""A new account: its keys, and where it wants to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.fakes.stripe import endpoints
from tests.fakes.stripe.objects import Account, Key
from tests.fakes.stripe.store import World

KINDS: Final = ("sk", "rk", "pk")


@dataclass(frozen=True, slots=True)
class Merchant:
    """What the owner of a new account writes down; `key` is the secret key of test mode."""

    id: str
    key: str
    restricted_key: str
    live_key: str
    publishable_key: str
    live_publishable_key: str
    webhook_secret: str
    """Of the endpoint of test mode; "" where none was asked for."""
    live_webhook_secret: str


def add(world: World, name: str, *, country: str, currency: str) -> Account:
    """An account with a key of each kind in each mode."""
    account = Account(
        id=world.new_id("acct", 16),
        name=name,
        country=country,
        currency=currency,
        created=world.timestamp(),
    )
    world.accounts[account.id] = account
    for live in (False, True):
        account.keys += [_new_key(world, kind, live=live) for kind in KINDS]
    return account


def _new_key(world: World, kind: str, *, live: bool) -> Key:
    mode = "live" if live else "test"
    return Key(world.new_id(f"{kind}_{mode}", 32), kind, live)


def listen(world: World, account: Account, url: str, *, events: Sequence[str]) -> tuple[str, str]:
    """An endpoint in test and one in live mode; their secrets, "" where there is no address."""
    if not url:
        return "", ""
    asked = {"url": url, "enabled_events": list(events)}
    test, live = (
        endpoints.make(world.shelf(account, live=mode), asked)["secret"] for mode in (False, True)
    )
    return test, live


def merchant(account: Account, secrets: tuple[str, str]) -> Merchant:
    test, live = secrets
    return Merchant(
        id=account.id,
        key=account.key("sk"),
        restricted_key=account.key("rk"),
        live_key=account.key("sk", live=True),
        publishable_key=account.key("pk"),
        live_publishable_key=account.key("pk", live=True),
        webhook_secret=test,
        live_webhook_secret=live,
    )


def roll(world: World, key: str) -> str:
    """A new key; the old one is expired. Raises StopIteration where it is nobody's."""
    owned = ((account, each) for account in world.accounts.values() for each in account.keys)
    account, old = next((account, each) for account, each in owned if each.secret == key)
    old.expired = True
    new = _new_key(world, old.kind, live=old.live)
    account.keys.append(new)
    return new.secret
