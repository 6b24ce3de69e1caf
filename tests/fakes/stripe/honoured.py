"""Which parameters the stand-in acts upon, by address.

Stripe takes more. What would be ignored here is refused instead: a caller must not believe that it
was heard. Limits of lists and `expand` are heard everywhere.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tests.fakes.stripe.errors import Json, invalid

EVERYWHERE: Final = frozenset({"ending_before", "expand", "limit", "starting_after"})

_SESSION: Final = (
    "adaptive_pricing allowed_payment_method_types automatic_tax billing_address_collection "
    "branding_settings cancel_url client_reference_id consent_collection customer "
    "customer_creation customer_email discounts excluded_payment_method_types expires_at "
    "integration_identifier line_items locale metadata mode origin_context payment_intent_data "
    "payment_method_options return_url saved_payment_method_options submit_type success_url "
    "ui_mode wallet_options"
)
_INTENT: Final = (
    "description metadata receipt_email setup_future_usage shipping statement_descriptor "
    "statement_descriptor_suffix payment_method"
)
_NEW_INTENT: Final = (
    "allowed_payment_method_types amount automatic_payment_methods capture_method confirm currency "
    "customer error_on_requires_action excluded_payment_method_types off_session "
    "payment_method_options return_url"
)
_CUSTOMER: Final = "address description email name phone shipping metadata"

HEARD: Final[dict[str, str]] = {
    "GET /v1/balance_transactions": "created currency payout source type",
    "GET /v1/charges": "created customer payment_intent",
    "POST /v1/charges/{charge}": "description metadata",
    "POST /v1/checkout/sessions": _SESSION,
    "GET /v1/checkout/sessions": "created customer payment_intent status",
    "POST /v1/checkout/sessions/{session}": "metadata",
    "POST /v1/coupons": "amount_off currency duration id max_redemptions metadata name",
    "POST /v1/customers": _CUSTOMER,
    "GET /v1/customers": "created email",
    "POST /v1/customers/{customer}": _CUSTOMER,
    "GET /v1/customers/{customer}/payment_methods": "type",
    "GET /v1/disputes": "charge created payment_intent",
    "POST /v1/disputes/{dispute}": "evidence metadata submit",
    "GET /v1/events": "created delivery_success type types",
    "POST /v1/payment_intents": f"{_NEW_INTENT} {_INTENT}",
    "GET /v1/payment_intents": "created customer",
    "GET /v1/payment_intents/search": "page query",
    "POST /v1/payment_intents/{intent}": f"amount {_INTENT}",
    "POST /v1/payment_intents/{intent}/confirm": (
        "error_on_requires_action off_session payment_method return_url setup_future_usage"
    ),
    "POST /v1/payment_intents/{intent}/capture": "amount_to_capture final_capture metadata",
    "POST /v1/payment_intents/{intent}/cancel": "cancellation_reason",
    "POST /v1/payment_method_domains": "domain_name enabled",
    "GET /v1/payment_method_domains": "domain_name enabled",
    "POST /v1/payment_method_domains/{payment_method_domain}": "enabled",
    "GET /v1/payment_methods": "customer type",
    "POST /v1/payment_methods/{payment_method}": "allow_redisplay metadata",
    "POST /v1/payment_methods/{payment_method}/attach": "customer",
    "GET /v1/payouts": "arrival_date created destination status",
    "POST /v1/refunds": "amount charge metadata payment_intent reason",
    "GET /v1/refunds": "charge created payment_intent",
    "POST /v1/refunds/{refund}": "metadata",
    "POST /v1/reporting/report_runs": "parameters report_type",
    "GET /v1/reporting/report_runs": "created",
    "POST /v1/webhook_endpoints": "api_version description enabled_events metadata url",
    "POST /v1/webhook_endpoints/{webhook_endpoint}": (
        "description disabled enabled_events metadata url"
    ),
}


INSIDE: Final = {
    "payment_intent_data": (
        "capture_method description metadata receipt_email setup_future_usage shipping "
        "statement_descriptor statement_descriptor_suffix"
    ),
    "payment_method_options": "alipay card link wechat_pay",
    "payment_method_options[card]": "request_multicapture request_three_d_secure",
}
"""What is acted upon inside a parameter, wherever that is heard."""


def check(address: str, params: Json) -> None:
    """Raises Refused on the first parameter that would be ignored."""
    _check(params, EVERYWHERE | set(HEARD.get(address, "").split()), "")


def _check(params: Json, heard: Collection[str], at: str) -> None:
    for name, value in params.items():
        path = f"{at}[{name}]" if at else name
        if name not in heard:
            raise invalid(f"The stand-in does nothing about {path} here.", param=path)
        if path in INSIDE and isinstance(value, dict):
            _check(value, INSIDE[path].split(), path)
