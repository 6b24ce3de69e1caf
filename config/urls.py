"""Where the demo site mounts its apps."""

from django.contrib import admin
from django.urls import include, path

handler500 = "shop.views.unavailable.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("payments/", include("payments.urls")),
    path("", include("shop.urls")),
    path("", include("demo.urls")),
]
