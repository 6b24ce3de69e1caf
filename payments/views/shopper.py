"""Who is signed in, also on a site where nobody can sign in."""

from __future__ import annotations

from django.http import HttpRequest


def shopper_key(request: HttpRequest) -> int | None:
    """The signed-in shopper's key; None for a guest and without AuthenticationMiddleware."""
    user = getattr(request, "user", None)
    return user.pk if user else None


def shopper_email(request: HttpRequest) -> str:
    """The signed-in shopper's address, as far as it is known."""
    return getattr(getattr(request, "user", None), "email", "")
