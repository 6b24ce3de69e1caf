"""The addresses of the bank; the root of its own process."""

from django.urls import path

from payments.sandbox.views import api, disputes, events, merchants, missing, reports
from payments.sandbox.views.challenge import challenge
from payments.sandbox.views.endpoint import endpoint
from payments.sandbox.views.front import front
from payments.sandbox.views.health import health
from payments.sandbox.views.pay import pay
from payments.sandbox.views.scan import scan

app_name = "sandbox"
urlpatterns = [
    path("", front, name="front"),
    path("health/", health, name="health"),
    path("v1/merchants", endpoint({"POST": merchants.create_merchant})),
    path(
        "v1/merchants/me",
        endpoint({"GET": merchants.show_merchant, "PATCH": merchants.change_merchant}),
    ),
    path("v1/payments", endpoint({"GET": api.find_payments, "POST": api.create_payment})),
    path("v1/payments/<slug:public_id>", endpoint({"GET": api.show_payment})),
    path("v1/payments/<slug:public_id>/captures", endpoint({"POST": api.create_capture})),
    path("v1/payments/<slug:public_id>/refunds", endpoint({"POST": api.create_refund})),
    path("v1/payments/<slug:public_id>/void", endpoint({"POST": api.void_payment})),
    path("v1/disputes/<slug:public_id>/evidence", endpoint({"POST": disputes.create_evidence})),
    path("v1/saved_cards/<slug:public_id>", endpoint({"DELETE": api.delete_saved_card})),
    path("v1/reports/settlement", endpoint({"GET": reports.show_settlement})),
    path("v1/reports/statement", endpoint({"GET": reports.show_statement})),
    path("v1/reports/faults", endpoint({"GET": reports.list_faults})),
    path("v1/reports/days", endpoint({"POST": reports.close_day})),
    path("v1/events", endpoint({"GET": events.list_events})),
    path("pay/<slug:token>/", pay, name="pay"),
    path("pay/<slug:token>/challenge/", challenge, name="challenge"),
    path("scan/<slug:token>/", scan, name="scan"),
]
handler400 = missing.bad_request
handler404 = missing.no_such_page
handler500 = missing.broken
