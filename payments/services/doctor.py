"""Looking at all that an account needs before it can take money: here, then at its provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from orders.clock import now
from payments.checks.accounts import examiner_of, opened_secrets, shared_secrets
from payments.conf import payment_settings
from payments.errors import NoAccount, SetUpRefused
from payments.models import ProviderAccount
from payments.models.account import Mode, RefusalReason
from payments.providers.base import Account
from payments.providers.findings import Finding, Site, Standing, doubtful, well, wrong
from payments.providers.protocol import Examined, SetsUp
from payments.queries import refusals_of
from payments.registry import provider_for
from payments.services.set_up import listen, register_domain, site_of

Act = Callable[[ProviderAccount], None]
"""What can be mended from here."""
ADDRESS: Final = 'set PAYMENTS["base_url"] to the https address of the shop'
REFUSED: Final = {
    RefusalReason.SIGNATURE: (
        "the secret kept here is not that of the endpoint: --create-webhook makes another, or type "
        "the right one on the account's page"
    ),
    RefusalReason.STALE: "set the clock of this machine, and keep NTP on",
    RefusalReason.ACCOUNT: "an endpoint of another account leads here: delete it there",
    RefusalReason.MODE: "an endpoint of the other mode leads here: delete it there",
}
"""What to do about webhooks that are not let in."""


def examine(account: ProviderAccount) -> Iterator[Finding]:
    """Each thing that was looked at, as it is found. Changes nothing; calls the provider."""
    site = site_of(account, payment_settings().base_url)
    yield from _used(account)
    yield _address(account, site)
    yield from _heard(account)
    yield from _may_not(account)
    plain = opened_secrets(account)
    if plain is None:
        told = 'add the key that sealed them to PAYMENTS["secret_keys"]'
        yield wrong("secrets", "no key opens them", told)
        return
    yield from _shared(account)
    yield from _keys_and_provider(account, plain, site)


def _used(account: ProviderAccount) -> Iterator[Finding]:
    """Whether a shopper is offered it, which nothing that comes later can tell."""
    if not account.active:
        yield doubtful("use", "switched off: no shopper is offered it", "its page in the admin")
    if account.mode == Mode.TEST and payment_settings().live:
        told = "a test account on a live site: no shopper is offered it"
        yield doubtful("use", told, "switch it off on its page in the admin")


def _address(account: ProviderAccount, site: Site) -> Finding:
    live = account.mode == Mode.LIVE
    if live and not site.is_public:
        return wrong("address", f"nobody can reach {site.base_url} from outside", ADDRESS)
    if live and not site.is_https:
        return wrong("address", f"{site.base_url} is not https", ADDRESS)
    return well("address", site.base_url)


def _heard(account: ProviderAccount) -> Iterator[Finding]:
    """What came of what the provider told us; a list that is read leaves no headers."""
    told = account.events.exclude(headers={}).order_by("-pk")
    last = told.values_list("received_at", flat=True).first()
    if last:
        yield well("webhooks", f"the last came {_moment(last)}")
    for reason, count, at in refusals_of(account):
        over = account.signing_since if reason == RefusalReason.SIGNATURE else None
        if reason in REFUSED and all(at > each for each in (last, over) if each):
            said = (
                f"{count} refused in seven days and none taken since: {RefusalReason(reason).label}"
            )
            yield wrong("webhooks", said, REFUSED[RefusalReason(reason)])
    if account.feed_failures:
        said = f"could not be read {account.feed_failures} times in a row"
        yield doubtful("list of events", said, "the log till.payments says why")
    elif account.feed_read_at:
        yield well("list of events", f"read {_moment(account.feed_read_at)}")


def _may_not(account: ProviderAccount) -> Iterator[Finding]:
    """What its key was refused and has not done since; whether it is taken at all shows later."""
    standing = account.key_troubles.filter(since__isnull=False).exclude(verb="")
    for each in standing.order_by("verb"):
        lacks = f": it lacks {each.lacks}" if each.lacks else ""
        found = f"may not {each.deed}{lacks}, since {_moment(each.since or now())}"
        give = f"give it the permission {each.lacks}" if each.lacks else "give it the permission"
        yield wrong(
            "key", found, f"{give} at the provider; it counts once such a call went through"
        )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _shared(account: ProviderAccount) -> Iterator[Finding]:
    others = ProviderAccount.objects.exclude(pk=account.pk).order_by("pk")
    opened = [told for each in (*others, account) if (told := opened_secrets(each))]
    for each in shared_secrets(opened):
        if each.code == account.code:
            yield wrong("secrets", each.told, each.advice)


def _keys_and_provider(account: ProviderAccount, plain: Account, site: Site) -> Iterator[Finding]:
    """With keys that are wrong nobody is asked."""
    keys = _keys(account, plain)
    yield from keys
    if any(each.standing is Standing.WRONG for each in keys):
        return
    try:
        provider = provider_for(account)
    except NoAccount as error:
        told = "the provider is not asked; right for a copy of the shop"
        yield wrong("use", str(error), told)
        return
    if isinstance(provider, Examined):
        yield from provider.examine(site)
    else:
        yield well("provider", f"{account.provider} cannot be asked how it is set up")


def _keys(account: ProviderAccount, plain: Account) -> list[Finding]:
    examiner = examiner_of(account.provider)
    return list(examiner.examine_keys(plain, own_page=account.own_page)) if examiner else []


def create_webhook(account: ProviderAccount) -> None:
    """Have the provider tell us of payments. A second call changes nothing.

    Raises PaymentError where it cannot be told, and ProviderError.
    """
    listen(account, _told_of_us(account), payment_settings().base_url)


def register_wallets(account: ProviderAccount) -> None:
    """Have the provider show its wallets on our own page. A second call changes nothing.

    Raises PaymentError where it cannot be told, and ProviderError.
    """
    register_domain(account, _told_of_us(account), payment_settings().base_url)


def _told_of_us(account: ProviderAccount) -> SetsUp:
    for found in _keys(account, account.for_provider()):
        if found.standing is Standing.WRONG:
            raise SetUpRefused(f"{found.about}: {found.found}")
    provider = provider_for(account)
    if not isinstance(provider, SetsUp):
        told = _("%(provider)s cannot be told by its API")
        raise SetUpRefused(told % {"provider": account.provider})
    return provider
