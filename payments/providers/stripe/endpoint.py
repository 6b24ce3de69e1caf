"""The webhook endpoint at Stripe: made, mended and examined.

Stripe tells its secret once, when it is made. So it is marked with a fingerprint of the secret:
then both can be held against each other later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from payments.providers.base import Account
from payments.providers.errors import NotFound
from payments.providers.findings import Finding, Site, doubtful, well, wrong
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.http import VERSION
from payments.providers.stripe.webhook import HEARD
from payments.providers.told import LONGEST_URL, Told

if TYPE_CHECKING:
    from stripe.params import WebhookEndpointCreateParams, WebhookEndpointUpdateParams

ABOUT: Final = "webhook endpoint"
KEPT_AS: Final = "webhook_secret"
MARK: Final = "till_secret"
NOT_KEPT: Final = "not kept"
"""Of an endpoint whose secret nobody may have seen: the answer that told it can have got lost."""
MOST: Final = 100
LISTED_SHORTLY: Final = 4
MAKE: Final = "--create-webhook"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One of the account's, in the mode of the key. `version` is "" for the account's default."""

    id: str
    url: str
    version: str
    enabled: bool
    heard: frozenset[str]
    mark: str

    @property
    def unheard(self) -> list[str]:
        """What it does not tell us of and should."""
        return [] if "*" in self.heard else [kind for kind in HEARD if kind not in self.heard]


def listen(api: StripeApi, account: Account, site: Site) -> Mapping[str, str]:
    """Have Stripe tell us of all that moves money; the secret to be kept now, where it is new.

    An endpoint whose secret is kept here is mended. In the place of one of another version, or of
    another secret, a new one is made. What else tells this account is deleted where we made it,
    since Stripe takes no more than 16, and switched off where a person did.
    """
    listed = _listed(api, site)
    kept = _kept([each for each in listed if each.url == site.hook_url], account)
    new: dict[str, str] = {}
    if kept and kept.version == VERSION:
        _mend(api, kept)
        listed.remove(kept)
    else:
        new[KEPT_AS] = _create(api, site.hook_url)
    for other in listed:
        _replaced(api, other)
    return new


def _listed(api: StripeApi, site: Site) -> list[Endpoint]:
    """Those that lead to the account's address here, or to the one before the last rotation."""
    told = api.ask(lambda sdk: sdk.v1.webhook_endpoints.list({"limit": MOST}), "webhook endpoints")
    urls = {site.hook_url, site.old_hook_url}
    return [each for each in map(_read, told.rows("data")) if each.url in urls]


def _read(told: Told) -> Endpoint:
    return Endpoint(
        id=told.name("id"),
        url=told.text("url", LONGEST_URL),
        version=told.maybe_text("api_version"),
        enabled=told.text("status") == "enabled",
        heard=frozenset(map(str, told.items("enabled_events"))),
        mark=told.row("metadata").maybe_text(MARK),
    )


def _kept(here: list[Endpoint], account: Account) -> Endpoint | None:
    """The one whose secret is kept here: by its mark, or as the only one where it has none."""
    secret = account.secrets.get(KEPT_AS, "")
    if not secret:
        return None
    by_mark = [each for each in here if each.mark == fingerprint(secret)]
    alone = here if len(here) == 1 and not here[0].mark else []
    return next(iter(by_mark or alone), None)


def fingerprint(secret: str) -> str:
    """By which a secret is known again, and which does not give it away."""
    return sha256(secret.encode()).hexdigest()[:16]


def _create(api: StripeApi, url: str) -> str:
    params: WebhookEndpointCreateParams = {
        "url": url,
        "enabled_events": list(HEARD),
        "api_version": VERSION,
        "metadata": {MARK: NOT_KEPT},
    }
    told = api.ask(lambda sdk: sdk.v1.webhook_endpoints.create(params), ABOUT)
    secret = told.name("secret")
    _update(api, _read(told), {"metadata": {MARK: fingerprint(secret)}})
    return secret


def _mend(api: StripeApi, endpoint: Endpoint) -> None:
    params: WebhookEndpointUpdateParams = {}
    if endpoint.unheard:
        events: Any = sorted(endpoint.heard | set(HEARD))  # what was chosen by hand stays
        params["enabled_events"] = events
    if not endpoint.enabled:
        params["disabled"] = False
    if params:
        _update(api, endpoint, params)


def _replaced(api: StripeApi, endpoint: Endpoint) -> None:
    if endpoint.mark:
        with suppress(NotFound):  # another run of this was faster
            api.ask(lambda sdk: sdk.v1.webhook_endpoints.delete(endpoint.id), ABOUT)
    elif endpoint.enabled:
        _update(api, endpoint, {"disabled": True})


def _update(api: StripeApi, endpoint: Endpoint, params: WebhookEndpointUpdateParams) -> None:
    api.ask(lambda sdk: sdk.v1.webhook_endpoints.update(endpoint.id, params), ABOUT)


def examine_endpoint(api: StripeApi, account: Account, site: Site) -> Iterator[Finding]:
    listed = _listed(api, site)
    here = [each for each in listed if each.url == site.hook_url]
    on = [each for each in here if each.enabled]
    if any(each.enabled for each in listed if each not in here):
        told = "one still tells the address before the last rotation"
        yield doubtful(ABOUT, told, f"{MAKE} ends that")
    if not on:
        yield _none_on(site, there=bool(here))
        return
    if len(on) > 1:
        told = f"{len(on)} tell the same address: each event comes {len(on)} times"
        yield doubtful(ABOUT, told, f"{MAKE} leaves one")
    one = _kept(here, account)
    one = one if one and one.enabled else on[0]
    yield from _faults(one)
    yield _secret(one, account)


def _none_on(site: Site, *, there: bool) -> Finding:
    """Nobody tells us; what happened is only read from the list of events."""
    if there:
        return wrong(ABOUT, f"the one for {site.hook_url} is switched off", f"{MAKE} turns it on")
    told = f"none for {site.hook_url}"
    if site.is_public:
        return wrong(ABOUT, told, f"{MAKE} makes it")
    advice = f"fine while trying it out, since Stripe cannot reach this site; else {MAKE} makes it"
    return doubtful(ABOUT, told, advice)


def _faults(endpoint: Endpoint) -> Iterator[Finding]:
    if unheard := endpoint.unheard:
        named = ", ".join(unheard[:LISTED_SHORTLY])
        more = len(unheard) - LISTED_SHORTLY
        told = f"does not tell of {named}" + (f" and {more} more" if more > 0 else "")
        yield wrong(ABOUT, told, f"{MAKE} adds them")
    if endpoint.version != VERSION:
        spoken = f"version {endpoint.version}" if endpoint.version else "the account's own version"
        told = f"speaks {spoken}, not {VERSION}"
        yield wrong(ABOUT, told, f"{MAKE} makes another in its place")
    if not unheard and endpoint.version == VERSION:
        yield well(ABOUT, f"{endpoint.id}, all events, version {VERSION}")


def _secret(endpoint: Endpoint, account: Account) -> Finding:
    about, secret = "webhook secret", account.secrets.get(KEPT_AS, "")
    if not secret:
        advice = f"{MAKE} makes another endpoint, whose secret is kept"
        return wrong(about, "none is kept here, so that every webhook is refused", advice)
    if endpoint.mark and endpoint.mark != fingerprint(secret):
        told = f"the one kept here is not the one that {endpoint.id} was made with"
        return doubtful(about, told, f"{MAKE} mends it, unless it was rolled at Stripe since")
    return well(about, "kept here")
