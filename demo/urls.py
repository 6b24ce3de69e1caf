"""Addresses of the demo's own pages."""

from django.urls import path

from demo import accounts, views

app_name = "demo"
urlpatterns = [
    path("", views.product_list, name="products"),
    path("p/<slug:slug>/", views.product_page, name="product"),
    path("mail/", views.mailbox, name="mail"),
    path("favicon.ico", views.favicon),
    path("terms/", views.terms, name="terms"),
    *accounts.urlpatterns,
]
