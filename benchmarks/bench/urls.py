"""The demo site's addresses and the two reference views."""

from django.urls import include, path

from benchmarks.bench.views import empty, row

urlpatterns = [
    path("bench/empty/", empty),
    path("bench/row/", row),
    path("", include("config.urls")),
]
