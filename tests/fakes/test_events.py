"""Events: what happened, the newest first, for thirty days."""

from __future__ import annotations

import pytest
import stripe

from tests.fakes import answers
from tests.fakes.cast import Shop
from tests.fakes.stripe import openapi


def test_an_event_tells_what_caused_it(shop: Shop) -> None:
    client = shop.api.customers
    client.create({"email": "jenny@example.com"}, {"idempotency_key": "k-1"})
    (event,) = shop.api.events.list().data
    assert event.request
    assert event.request.idempotency_key == "k-1"
    assert event.request.id
    assert event.request.id.startswith("req_")
    assert (event.type, event.api_version) == ("customer.created", stripe.api_version)


def test_what_happens_by_itself_has_no_request(shop: Shop) -> None:
    shop.session()
    shop.clock.forward(hours=24)
    (event,) = shop.api.events.list({"types": ["checkout.session.*"]}).data
    assert event.request
    assert event.request.id is None
    assert event.created == int(shop.clock().timestamp())


def test_pages_go_back_and_forth(shop: Shop) -> None:
    for place in range(5):
        shop.api.customers.create({"name": str(place)})
    whole = [each.id for each in shop.api.events.list().data]
    first = shop.api.events.list({"limit": 2})
    assert ([each.id for each in first.data], first.has_more) == (whole[:2], True)
    after = shop.api.events.list({"limit": 2, "starting_after": whole[1]})
    assert [each.id for each in after.data] == whole[2:4]
    before = shop.api.events.list({"limit": 2, "ending_before": whole[3]})
    assert ([each.id for each in before.data], before.has_more) == (whole[1:3], True)


def test_types_and_times_narrow_a_list(shop: Shop) -> None:
    shop.paid()
    shop.clock.forward(hours=1)
    since = int(shop.clock().timestamp())
    shop.api.refunds.create({"payment_intent": shop.paid().id})
    found = shop.api.events.list({"types": ["charge.refunded"], "created": {"gte": since}}).data
    assert [each.type for each in found] == ["charge.refunded"]
    assert shop.api.events.list({"created": {"lt": since}, "type": "charge.refunded"}).data == []


def test_events_are_kept_for_thirty_days(shop: Shop) -> None:
    shop.api.customers.create({"name": "Jenny"})
    (event,) = shop.api.events.list().data
    shop.clock.forward(days=31)
    assert shop.api.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.api.events.retrieve(event.id)
    assert caught.value.http_status == 404


def test_a_list_has_at_most_a_hundred(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="between 1 and 100"):
        shop.api.events.list({"limit": 101})


@pytest.mark.skipif(not openapi.SOURCE.folder, reason=openapi.SOURCE.reason)
def test_snapshots_have_the_form_of_their_resource(shop: Shop) -> None:
    shop.paid("4000000000000259")
    shop.clock.forward(seconds=5)
    shop.held()
    shop.fake.close_day(shop.merchant.id, early=True)
    judge = answers.Judge()
    for event in shop.api.events.list({"limit": 100}).data:
        told = shop.raw("GET", f"/v1/events/{event.id}").json()
        judge.see_object(told["data"]["object"])
    assert judge.wrong == []
