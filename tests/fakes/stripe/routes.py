"""Stripe's addresses: which function answers, and what the SDK says may be asked there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.fakes.stripe import (
    accounts,
    balance,
    captures,
    charges,
    configurations,
    coupons,
    customers,
    disputes,
    domains,
    endpoints,
    events,
    intents,
    methods,
    payouts,
    refunds,
    reports,
    search,
    sessions,
)
from tests.fakes.stripe.errors import Json, Refused
from tests.fakes.stripe.store import Shelf


@dataclass(frozen=True, slots=True)
class Route:
    """`do` takes the shelf, the parameters and the ids of the path; `asks`: a TypedDict's name."""

    method: str
    template: str
    asks: str
    do: Callable[..., Json | bytes]
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        pattern = re.sub(r"\{\w+\}", "([^/]+)", self.template)
        object.__setattr__(self, "pattern", re.compile(pattern))


def _event(shelf: Shelf, params: Json, wanted: str) -> Json:
    return events.retrieve(shelf, wanted)


def _method_of(shelf: Shelf, params: Json, *ids: str) -> Json:
    customer, wanted = ids
    return methods.retrieve_of(shelf, customer, wanted)


def _methods_of(shelf: Shelf, params: Json, wanted: str) -> Json:
    return methods.listed(shelf, params, wanted)


TABLE: Final[tuple[tuple[str, str, Any], ...]] = (
    ("GET /v1/account", "AccountRetrieveCurrentParams", accounts.retrieve),
    ("GET /v1/accounts/{account}", "AccountRetrieveParams", accounts.retrieve),
    ("GET /v1/balance", "BalanceRetrieveParams", balance.balance),
    ("GET /v1/balance_transactions", "BalanceTransactionListParams", balance.listed),
    ("GET /v1/balance_transactions/{id}", "BalanceTransactionRetrieveParams", balance.retrieve),
    ("GET /v1/charges", "ChargeListParams", charges.listed),
    ("GET /v1/charges/{charge}", "ChargeRetrieveParams", charges.retrieve),
    ("POST /v1/charges/{charge}", "ChargeUpdateParams", charges.update),
    ("POST /v1/checkout/sessions", "checkout.SessionCreateParams", sessions.create),
    ("GET /v1/checkout/sessions", "checkout.SessionListParams", sessions.listed),
    ("GET /v1/checkout/sessions/{session}", "checkout.SessionRetrieveParams", sessions.retrieve),
    ("POST /v1/checkout/sessions/{session}", "checkout.SessionUpdateParams", sessions.update),
    (
        "POST /v1/checkout/sessions/{session}/expire",
        "checkout.SessionExpireParams",
        sessions.expire,
    ),
    (
        "GET /v1/checkout/sessions/{session}/line_items",
        "checkout.SessionLineItemListParams",
        sessions.items,
    ),
    ("POST /v1/coupons", "CouponCreateParams", coupons.create),
    ("GET /v1/coupons/{coupon}", "CouponRetrieveParams", coupons.retrieve),
    ("POST /v1/customers", "CustomerCreateParams", customers.create),
    ("GET /v1/customers", "CustomerListParams", customers.listed),
    ("GET /v1/customers/{customer}", "CustomerRetrieveParams", customers.retrieve),
    ("POST /v1/customers/{customer}", "CustomerUpdateParams", customers.update),
    ("DELETE /v1/customers/{customer}", "CustomerDeleteParams", customers.delete),
    (
        "GET /v1/customers/{customer}/payment_methods",
        "CustomerPaymentMethodListParams",
        _methods_of,
    ),
    (
        "GET /v1/customers/{customer}/payment_methods/{payment_method}",
        "CustomerPaymentMethodRetrieveParams",
        _method_of,
    ),
    ("GET /v1/disputes", "DisputeListParams", disputes.listed),
    ("GET /v1/disputes/{dispute}", "DisputeRetrieveParams", disputes.retrieve),
    ("POST /v1/disputes/{dispute}", "DisputeUpdateParams", disputes.update),
    ("POST /v1/disputes/{dispute}/close", "DisputeCloseParams", disputes.close),
    ("GET /v1/events", "EventListParams", events.listed),
    ("GET /v1/events/{id}", "EventRetrieveParams", _event),
    ("GET /v1/files/{file}", "FileRetrieveParams", reports.file),
    ("GET /v1/files/{file}/contents", "FileRetrieveParams", reports.contents),
    ("POST /v1/payment_intents", "PaymentIntentCreateParams", intents.create),
    ("GET /v1/payment_intents", "PaymentIntentListParams", intents.listed),
    ("GET /v1/payment_intents/search", "PaymentIntentSearchParams", search.search),
    ("GET /v1/payment_intents/{intent}", "PaymentIntentRetrieveParams", intents.retrieve),
    ("POST /v1/payment_intents/{intent}", "PaymentIntentUpdateParams", intents.update),
    ("POST /v1/payment_intents/{intent}/confirm", "PaymentIntentConfirmParams", intents.confirm),
    ("POST /v1/payment_intents/{intent}/capture", "PaymentIntentCaptureParams", captures.capture),
    ("POST /v1/payment_intents/{intent}/cancel", "PaymentIntentCancelParams", captures.cancel),
    (
        "GET /v1/payment_method_configurations",
        "PaymentMethodConfigurationListParams",
        configurations.listed,
    ),
    ("POST /v1/payment_method_domains", "PaymentMethodDomainCreateParams", domains.create),
    ("GET /v1/payment_method_domains", "PaymentMethodDomainListParams", domains.listed),
    (
        "GET /v1/payment_method_domains/{payment_method_domain}",
        "PaymentMethodDomainRetrieveParams",
        domains.retrieve,
    ),
    (
        "POST /v1/payment_method_domains/{payment_method_domain}",
        "PaymentMethodDomainUpdateParams",
        domains.update,
    ),
    (
        "POST /v1/payment_method_domains/{payment_method_domain}/validate",
        "PaymentMethodDomainValidateParams",
        domains.validate,
    ),
    ("GET /v1/payment_methods", "PaymentMethodListParams", methods.listed),
    ("GET /v1/payment_methods/{payment_method}", "PaymentMethodRetrieveParams", methods.retrieve),
    ("POST /v1/payment_methods/{payment_method}", "PaymentMethodUpdateParams", methods.update),
    (
        "POST /v1/payment_methods/{payment_method}/attach",
        "PaymentMethodAttachParams",
        methods.attach,
    ),
    (
        "POST /v1/payment_methods/{payment_method}/detach",
        "PaymentMethodDetachParams",
        methods.detach,
    ),
    ("GET /v1/payouts", "PayoutListParams", payouts.listed),
    ("GET /v1/payouts/{payout}", "PayoutRetrieveParams", payouts.retrieve),
    ("POST /v1/refunds", "RefundCreateParams", refunds.create),
    ("GET /v1/refunds", "RefundListParams", refunds.listed),
    ("GET /v1/refunds/{refund}", "RefundRetrieveParams", refunds.retrieve),
    ("POST /v1/refunds/{refund}", "RefundUpdateParams", refunds.update),
    ("POST /v1/refunds/{refund}/cancel", "RefundCancelParams", refunds.cancel),
    ("POST /v1/reporting/report_runs", "reporting.ReportRunCreateParams", reports.create),
    ("GET /v1/reporting/report_runs", "reporting.ReportRunListParams", reports.listed),
    (
        "GET /v1/reporting/report_runs/{report_run}",
        "reporting.ReportRunRetrieveParams",
        reports.retrieve,
    ),
    (
        "GET /v1/reporting/report_types/{report_type}",
        "reporting.ReportTypeRetrieveParams",
        reports.report_type,
    ),
    ("POST /v1/webhook_endpoints", "WebhookEndpointCreateParams", endpoints.create),
    ("GET /v1/webhook_endpoints", "WebhookEndpointListParams", endpoints.listed),
    (
        "GET /v1/webhook_endpoints/{webhook_endpoint}",
        "WebhookEndpointRetrieveParams",
        endpoints.retrieve,
    ),
    (
        "POST /v1/webhook_endpoints/{webhook_endpoint}",
        "WebhookEndpointUpdateParams",
        endpoints.update,
    ),
    (
        "DELETE /v1/webhook_endpoints/{webhook_endpoint}",
        "WebhookEndpointDeleteParams",
        endpoints.delete,
    ),
)


def _route(address: str, asks: str, do: Callable[..., Json | bytes]) -> Route:
    method, _, template = address.partition(" ")
    return Route(method, template, asks=asks, do=do)


ROUTES: Final = tuple(_route(*each) for each in TABLE)
EXACT: Final = {(each.method, each.template): each for each in ROUTES if "{" not in each.template}
OPEN: Final = tuple(each for each in ROUTES if "{" in each.template)


def find(method: str, path: str) -> tuple[Route, list[str]]:
    """The route and the ids in the path; raises Refused (404) where Stripe has no such address."""
    exact = EXACT.get((method, path))
    if exact is not None:
        return exact, []
    for route in OPEN:
        found = route.pattern.fullmatch(path) if route.method == method else None
        if found:
            return route, list(found.groups())
    raise Refused(404, f"Unrecognized request URL ({method}: {path}).")
