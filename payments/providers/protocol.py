"""What an adapter can be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from payments.providers.base import (
    Account,
    CaptureRequest,
    CreateRequest,
    EventPage,
    OurRef,
    Outcome,
    ParsedWebhook,
    ProviderRef,
    RawRequest,
    RefundRequest,
    WebhookEvent,
)
from payments.providers.capabilities import Capabilities
from payments.providers.evidence import EvidenceRequest
from payments.providers.findings import Finding, Site


class Provider(Protocol):
    """Pure input and output for one account; raises ProviderError, holds nothing but caches.

    `capture` is for methods that `can_hold`. `list_events`, where there is an `event_feed`, goes on
    after a cursor that it gave; "": nobody knows where we stood, and what happened before `since`
    may be left out. It raises NotFound for a cursor that it does not know any more.
    `read_event` gets the id under which an event is stored: theirs, else the digest of the body,
    from the second such event in it on with its place (":1").
    """

    capabilities: Capabilities

    def create(self, request: CreateRequest) -> Outcome: ...
    def capture(self, request: CaptureRequest) -> Outcome: ...
    def refund(self, request: RefundRequest) -> Outcome: ...
    def void(self, ref: ProviderRef, key: str) -> Outcome: ...
    def query(self, ref: ProviderRef | OurRef) -> Outcome: ...
    def parse_webhook(self, raw: RawRequest, now: datetime) -> ParsedWebhook: ...
    def read_event(self, raw: RawRequest, event_id: str) -> WebhookEvent: ...
    def list_events(self, cursor: str, since: datetime) -> EventPage: ...


@runtime_checkable
class VerifiesLater(Protocol):
    """A provider whose `parse_webhook` may say `deferred`: what the signature needs is not here.

    `verify_webhook` may call out for it; `received` is the moment the webhook came in. It raises
    ProviderError where it cannot get what it needs, and never says `deferred` itself.
    """

    def verify_webhook(self, raw: RawRequest, received: datetime) -> ParsedWebhook: ...


@runtime_checkable
class ForgetsMethods(Protocol):
    """A provider that lets go a way to pay that it keeps for a shopper.

    It raises NotFound where it keeps no such one any more.
    """

    def forget_method(self, saved_method: str, key: str) -> None: ...


@runtime_checkable
class TakesEvidence(Protocol):
    """A provider that takes our side of a dispute by its API, not only at its own site.

    It raises ProviderRejected where it will not have it: too late, decided, or answered before; and
    "became_claim" where it was written for an inquiry, which it is no more.
    """

    def submit_evidence(self, request: EvidenceRequest) -> Outcome: ...


@runtime_checkable
class Examined(Protocol):
    """A provider that can be asked whether all is set up there as we need it. It changes nothing.

    `examine_keys` calls nobody, and is asked first: without keys there is no adapter. `own_page`:
    whether its fields are to stand on a page of ours. Neither raises: no answer is a finding too.
    """

    @staticmethod
    def examine_keys(account: Account, *, own_page: bool) -> Iterator[Finding]: ...
    def examine(self, site: Site) -> Iterator[Finding]: ...


@runtime_checkable
class KnowsAccount(Protocol):
    """A provider that says which of its accounts a key is of, so that another's is not kept.

    It raises OtherMode for a key that is not of the account's mode, NotAuthorized for one that it
    does not know, and ProviderError. `misfits` asks nobody: of the keys and secrets of the account
    that are none by their form, or of the other mode, it says by name how they begin.
    """

    @staticmethod
    def merchant_id_of(account: Account) -> str: ...
    @staticmethod
    def misfits(account: Account) -> Mapping[str, str]: ...


@runtime_checkable
class SetsUp(Protocol):
    """A provider that can be told by its API where we are. A second call changes nothing.

    `listen` makes or mends the endpoint that tells us of payments, and returns the secrets that are
    to be kept now: none where those that are kept stay good. `register_domain` lets its wallets be
    shown on our own page. Both raise ProviderError.
    """

    def listen(self, site: Site) -> Mapping[str, str]: ...
    def register_domain(self, site: Site) -> None: ...
