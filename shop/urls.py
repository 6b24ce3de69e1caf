"""The pages of the shop."""

from django.urls import path

from payments.limits import says_when_to_retry
from shop.views.cart import add, remove, show, update
from shop.views.checkout import checkout
from shop.views.goods import cancel_order, return_goods
from shop.views.order import new_link, order

app_name = "shop"

urlpatterns = [
    path("cart/", show, name="cart"),
    path("cart/add/", says_when_to_retry(add), name="cart_add"),
    path("cart/update/", update, name="cart_update"),
    path("cart/remove/", remove, name="cart_remove"),
    path("checkout/", says_when_to_retry(checkout), name="checkout"),
    path("order/<slug:token>/", order, name="order"),
    path("order/<slug:token>/link/", says_when_to_retry(new_link), name="new_link"),
    path("order/<slug:token>/return/", says_when_to_retry(return_goods), name="return_goods"),
    path("order/<slug:token>/cancel/", says_when_to_retry(cancel_order), name="cancel_order"),
]
