"""One comparison of an account at a time; who has lost the claim writes nothing more."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import Q

from orders.clock import now
from payments.errors import PaymentError
from payments.models import Match, ProviderAccount

LEASE: Final = timedelta(minutes=30)
"""Whoever has not said for that long that they go on has died."""


class LostRun(PaymentError):
    """Another process compares these books now. Nobody acts."""


@dataclass(frozen=True, slots=True)
class Run:
    """Who compares the books of an account. `token` marks what is theirs."""

    account: ProviderAccount
    token: str

    def go_on(self) -> None:
        """Renew the lease before the next step; raises LostRun."""
        if not self._mine().update(claimed_until=now() + LEASE):
            raise LostRun(self.account.code)

    def hold(self) -> None:
        """Keep others out until the open transaction ends; raises LostRun, nothing is written."""
        if self._mine().select_for_update(no_key=True).first() is None:
            raise LostRun(self.account.code)

    def _mine(self) -> models.QuerySet[Match]:
        return Match.objects.filter(account=self.account, claim=self.token)


@contextmanager
def claimed(account: ProviderAccount) -> Iterator[Run | None]:
    """The claim on an account's books, or None where somebody has it."""
    Match.objects.get_or_create(account=account)
    run, moment = Run(account, secrets.token_urlsafe(16)), now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=moment)
    mine = Match.objects.filter(free, account=account)
    taken = mine.update(claim=run.token, claimed_until=moment + LEASE) > 0
    try:
        yield run if taken else None
    finally:
        Match.objects.filter(account=account, claim=run.token).update(claimed_until=None)
