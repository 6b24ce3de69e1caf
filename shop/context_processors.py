"""What every page of the shop may show."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from payments.views.shopper import shopper_key
from shop.cart import count_pieces
from shop.views.cart import SESSION_KEY


def cart(request: HttpRequest) -> dict[str, object]:
    """`cart_count`: pieces in the cart, asked for only where a template shows it."""

    def count() -> int:
        token = request.session.get(SESSION_KEY)
        return count_pieces(token=token, user_id=shopper_key(request))

    return {"cart_count": SimpleLazyObject(count)}
