"""Answering an idempotency key once: the work and its answer are committed together."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from payments.sandbox.book import writing
from payments.sandbox.errors import Refused, conflict
from payments.sandbox.models import Answer, Merchant
from payments.sandbox.objects import encoded


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and the exact text of a JSON body; one that got lost is kept, but not sent."""

    status: int
    body: str
    replayed: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What a key stands for: its merchant, and a hash of everything that was asked."""

    merchant: Merchant
    key: str
    fingerprint: str


def fingerprint(method: str, path: str, values: dict[str, object]) -> str:
    """One hash per meaning: the order of keys in the JSON does not matter."""
    canonical = encoded([method, path, sorted(values.items())])
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def answer_once(*, request: Request, act: Callable[[], Reply]) -> Reply:
    """Do `act` for this key and keep its answer. A second call gets the stored answer."""
    try:
        with writing():
            # The unique key is the claim: a twin waits here for our commit, then fails.
            claim = Answer.objects.create(
                merchant=request.merchant, key=request.key, request_hash=request.fingerprint
            )
            reply = _try(act)
            claim.status, claim.body = reply.status, reply.body
            claim.save(update_fields=["status", "body"])
    except IntegrityError:
        stored = Answer.objects.filter(merchant=request.merchant, key=request.key).first()
        if stored is None:
            raise
        return _replay(stored, request)
    return reply


def _try(act: Callable[[], Reply]) -> Reply:
    try:
        with transaction.atomic():
            return act()
    except Refused as refused:
        return Reply(refused.problem.status, encoded(refused.problem.body()))


def _replay(stored: Answer, request: Request) -> Reply:
    if stored.request_hash != request.fingerprint:
        message = "This idempotency key was used for another request."
        raise conflict("idempotency_mismatch", message)
    return Reply(stored.status, stored.body, replayed=True)
