"""What the signature of a webhook says, under the account's secrets and those on their way out."""

from __future__ import annotations

from collections.abc import Callable

from payments.models import ProviderAccount
from payments.providers.base import ParsedWebhook, Refused, Verdict
from payments.providers.protocol import Provider
from payments.registry import account_read_anew, provider_before_rotation, provider_for


def verify(account: ProviderAccount, judge: Callable[[Provider], ParsedWebhook]) -> ParsedWebhook:
    """What `judge` says with the newest secrets, else with those that a rotation replaced.

    The account may come from the process's cache: where its signature does not match, the account
    is read anew, so that a secret changed by another process counts at once.
    """
    parsed = _under_either(account, judge)
    if not _mistrusted(parsed):
        return parsed
    newest = account_read_anew(account)
    return parsed if newest is account else _under_either(newest, judge)


def _under_either(
    account: ProviderAccount, judge: Callable[[Provider], ParsedWebhook]
) -> ParsedWebhook:
    parsed = judge(provider_for(account))
    if _mistrusted(parsed) and (older := provider_before_rotation(account)):
        second = judge(older)
        return parsed if _mistrusted(second) else second
    return parsed


def _mistrusted(parsed: ParsedWebhook) -> bool:
    return parsed.verdict == Verdict.REJECTED and parsed.refused == Refused.SIGNATURE
