"""The pages where money is paid, and the door for webhooks."""

from django.urls import path

from payments.limits import says_when_to_retry
from payments.views.fields import fields
from payments.views.health import health
from payments.views.hooks import hook
from payments.views.pay import pay
from payments.views.result import result, status
from payments.views.saved import saved
from payments.views.scan import scan

app_name = "payments"

urlpatterns = [
    path("health/", health, name="health"),
    path("hooks/<slug:token>/", hook, name="hook"),
    path("pay/<slug:token>/", says_when_to_retry(pay), name="pay"),
    path("pay/<slug:token>/fields/", fields, name="fields"),
    path("pay/<slug:token>/scan/", scan, name="scan"),
    path("pay/<slug:token>/return/", result, name="return"),
    path("saved/", saved, name="saved"),
    path("pay/<slug:token>/status/", says_when_to_retry(status), name="status"),
]
