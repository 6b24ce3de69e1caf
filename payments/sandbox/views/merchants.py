"""The API of a merchant's own account: opening it, and what it wants of the bank."""

from http import HTTPStatus
from typing import Final

from payments.sandbox.errors import bad_request
from payments.sandbox.fields import Fields
from payments.sandbox.objects import merchant_object
from payments.sandbox.reports.faults import MOST, Fault
from payments.sandbox.reports.lines import fine
from payments.sandbox.services.answer import Reply
from payments.sandbox.services.enter import balances
from payments.sandbox.services.sign_up import change_terms, change_webhook_url, sign_up
from payments.sandbox.views.endpoint import Call, reply

FEES: Final = {"fee_basis_points": 2_000, "fee_fixed": 100_000, "dispute_fee": 100_000}
"""The most of each; in hundredths of a percent, and in minor units."""


def create_merchant(call: Call) -> Reply:
    fields = Fields(call.values)
    name = fields.text("name", shortest=1, longest=100)
    webhook_url = fields.webhook_url()
    fields.close()
    new = sign_up(name=name, webhook_url=webhook_url)
    secrets = {"api_key": new.api_key, "webhook_secret": new.merchant.webhook_secret}
    return reply(HTTPStatus.CREATED, merchant_object(new.merchant) | secrets)


def show_merchant(call: Call) -> Reply:
    merchant = call.merchant()
    owed = {currency: fine(amount) for currency, amount in balances(merchant).items()}
    return reply(HTTPStatus.OK, merchant_object(merchant) | {"balance": owed})


def change_merchant(call: Call) -> Reply:
    merchant = call.merchant()
    fields = Fields(call.values)
    if not call.values:
        raise bad_request("missing_parameter", "Send what is to be changed.")
    webhook_url = fields.webhook_url() if "webhook_url" in fields else None
    terms: dict[str, object] = {
        name: fields.whole(name, most=most) for name, most in FEES.items() if name in fields
    }
    if "report_faults" in fields:
        terms["report_faults"] = report_faults(fields)
    fields.close()
    if terms:
        change_terms(merchant=merchant, terms=terms)
    if webhook_url is not None:
        change_webhook_url(merchant=merchant, webhook_url=webhook_url)
    return reply(HTTPStatus.OK, merchant_object(merchant))


def report_faults(fields: Fields) -> dict[str, object] | None:
    """What is to be wrong in reports; None for nothing."""
    wanted = fields.maybe_object("report_faults")
    if wanted is None:
        return None
    faults: dict[str, object] = {
        "seed": wanted.text("seed", shortest=1, longest=100),
        "share": wanted.share("share", most=MOST),
        "kinds": wanted.words("kinds", list(Fault)),
    }
    wanted.close()
    return faults
