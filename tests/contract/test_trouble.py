"""Whatever the wire brings, the error says whether anything can have happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from payments.providers.base import CreateRequest, OurRef, Outcome
from payments.providers.errors import NotAuthorized, ProviderDown, ProviderError
from payments.providers.protocol import Provider
from tests.contract import faults
from tests.contract.cast import Sale, Seller, a_ref
from tests.contract.faults import Fault

UNUSABLE = [
    faults.TIMEOUT_BEFORE,
    faults.TIMEOUT_AFTER,
    faults.CUT_BEFORE,
    faults.CUT_AFTER,
    faults.TRUNCATED,
    faults.HALF_A_BODY,
    faults.WRONGLY_PACKED,
    faults.HTML_PAGE,
    faults.NOT_UTF8,
    faults.TOO_DEEP,
    faults.OTHER_JSON,
    faults.NULLS,
    faults.NULL,
    faults.EMPTY,
    faults.SERVER_ERROR,
    faults.SERVER_ERROR_BEFORE,
    faults.BAD_GATEWAY,
    faults.STRAY_PAGE,
    faults.STRAY_JSON,
]
"""Answers that say nothing of what was done; whether the request arrived differs."""
VERBS = ["create", "query", "query_by_our_ref", "refund", "void"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a provider, which may be made again, and the payment that it is about."""

    seller: Seller
    request: CreateRequest
    do: Callable[[Provider], Outcome]

    def by(self, seller: Seller) -> Outcome:
        return self.do(seller.provider)


def a_call(seller: Seller, verb: str) -> Call:
    if verb == "create":
        request = seller.asks()
        return Call(seller, request, lambda provider: provider.create(request))
    sale = seller.sells() if verb == "refund" else seller.begins()
    return Call(seller, sale.request, _about(sale, verb))


def _about(sale: Sale, verb: str) -> Callable[[Provider], Outcome]:
    if verb == "refund":
        back = sale.asks_back(40)
        return lambda provider: provider.refund(back)
    if verb == "void":
        key = f"{a_ref('V')}:void"
        return lambda provider: provider.void(sale.ref, key)
    ref = sale.ref if verb == "query" else OurRef(sale.request.our_ref)
    return lambda provider: provider.query(ref)


def failed(act: Callable[[], object]) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        act()
    return raised.value


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("fault", UNUSABLE, ids=lambda fault: fault.name)
def test_an_unusable_answer_leaves_open_what_was_done(
    seller: Seller, fault: Fault, verb: str
) -> None:
    call = a_call(seller, verb)

    with seller.rig.wire.trouble(fault):
        error = failed(partial(call.by, seller.impatient))

    assert (isinstance(error, ProviderDown), error.sent) == (True, True)
    call.by(seller)
    assert len(seller.booked(call.request)) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_a_door_that_is_shut_was_sent_nothing(seller: Seller, verb: str) -> None:
    call = a_call(seller, verb)
    nobody = seller.with_account(base_url="http://127.0.0.1:9")

    error = failed(partial(call.by, nobody))

    assert (type(error), error.sent) == (ProviderDown, False)


@pytest.mark.parametrize("verb", VERBS)
def test_who_asks_too_often_has_done_nothing(seller: Seller, verb: str) -> None:
    call = a_call(seller, verb)

    with seller.rig.wire.trouble(faults.TOO_MANY):
        error = failed(partial(call.by, seller))

    assert (type(error), error.sent) == (NotAuthorized, False)


@pytest.mark.parametrize("verb", VERBS)
def test_an_expired_key_has_done_nothing(seller: Seller, verb: str) -> None:
    call = a_call(seller, verb)
    before = seller.booked(call.request)
    expired = Seller(seller.rig, seller.rig.with_expired_key(seller.account))

    error = failed(partial(call.by, expired))

    assert (type(error), error.sent) == (NotAuthorized, False)
    assert seller.booked(call.request) == before
