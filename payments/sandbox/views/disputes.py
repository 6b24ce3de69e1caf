"""The API of disputes: a merchant's side of one."""

from http import HTTPStatus

from payments.sandbox.errors import bad_request, not_found
from payments.sandbox.fields import Fields
from payments.sandbox.models import Dispute
from payments.sandbox.objects import dispute_object
from payments.sandbox.services.answer import Reply
from payments.sandbox.services.dispute import take_evidence
from payments.sandbox.views.endpoint import Call, reply

TEXTS = ("customer", "goods", "dispatch", "refunds", "terms", "statement")
LONGEST = 2500


def create_evidence(call: Call) -> Reply:
    merchant = call.merchant()
    mine = Dispute.objects.filter(payment__merchant=merchant).select_related("payment")
    dispute = mine.filter(public_id=call.public_id).first()
    if dispute is None:
        raise not_found("You have no such dispute.")
    fields = Fields(call.values)
    texts = {name: fields.prose(name, longest=LONGEST) for name in TEXTS}
    fields.close()
    if not any(text.strip() for text in texts.values()):
        raise bad_request("missing_parameter", f"Send one of {', '.join(TEXTS)}.")

    def act() -> Reply:
        take_evidence(dispute=dispute, texts=texts)
        return reply(HTTPStatus.CREATED, dispute_object(dispute, dispute.payment))

    return call.once(merchant, act)
