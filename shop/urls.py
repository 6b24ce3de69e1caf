"""The pages of the shop."""

from django.urls import path

from shop.views.cart import add, remove, show, update
from shop.views.checkout import checkout
from shop.views.order import new_link, order

app_name = "shop"

urlpatterns = [
    path("cart/", show, name="cart"),
    path("cart/add/", add, name="cart_add"),
    path("cart/update/", update, name="cart_update"),
    path("cart/remove/", remove, name="cart_remove"),
    path("checkout/", checkout, name="checkout"),
    path("order/<slug:token>/", order, name="order"),
    path("order/<slug:token>/link/", new_link, name="new_link"),
]
