"""The events of the API: how far those of a payment were delivered, and all of a merchant."""

import json
from http import HTTPStatus

from payments.sandbox.errors import not_found
from payments.sandbox.fields import Fields
from payments.sandbox.models import Event, Merchant
from payments.sandbox.objects import delivery_object
from payments.sandbox.services.answer import Reply
from payments.sandbox.views.api import payment_of
from payments.sandbox.views.endpoint import Call, reply

SHOWN = 100


def list_events(call: Call) -> Reply:
    merchant = call.merchant()
    fields = Fields(call.request.GET.dict())
    of_a_payment = "payment" in call.request.GET
    return deliveries(merchant, fields) if of_a_payment else feed(merchant, fields)


def deliveries(merchant: Merchant, fields: Fields) -> Reply:
    payment = payment_of(merchant, fields.reference("payment"))
    fields.close()
    events = Event.objects.filter(payment=payment).select_related("payment").order_by("-pk")
    data = [delivery_object(event) for event in events[:SHOWN]]
    return reply(HTTPStatus.OK, {"data": data})


def feed(merchant: Merchant, fields: Fields) -> Reply:
    """Show what happened after an event, as it was or would have been sent; the oldest first."""
    after = fields.text("after", longest=40)
    limit = fields.count("limit", most=SHOWN)
    fields.close()
    events = Event.objects.filter(merchant=merchant).order_by("pk")
    if after:
        events = events.filter(pk__gt=place_of(merchant, after))
    bodies = list(events.values_list("body", flat=True)[: limit + 1])
    data = [json.loads(body) for body in bodies[:limit]]
    return reply(HTTPStatus.OK, {"data": data, "has_more": len(bodies) > limit})


def place_of(merchant: Merchant, event_id: str) -> int:
    event = Event.objects.filter(merchant=merchant, public_id=event_id).first()
    if event is None:
        raise not_found("You have no such event.")
    return event.pk
