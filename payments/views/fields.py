"""The page on which the provider's own fields stand: what is typed there never comes to us."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from payments.conf import payment_settings
from payments.messages import told_shopper
from payments.models import Payment, ProviderAccount
from payments.providers.capabilities import Fields
from payments.registry import PaymentOption, capabilities_of
from payments.states import AttemptStatus
from payments.views.stage import Stage, look, payment_page, stage_of

KEY: Final = "publishable_key"
"""What the provider's script knows us by; anybody may read it."""
OURS: Final = "payments/base.css"
POPUPS: Final = "same-origin-allow-popups"
"""Link and some wallets open a window that answers the page, which Django's default cuts off."""


@require_safe
@payment_page
def fields(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Show them for as long as they can be paid by; what came of it stands on the return page."""
    payment, newest = look(payment)
    if newest is None or stage_of(payment, newest) != Stage.PAYABLE:
        return redirect("payments:return", payment.token)
    shown = capabilities_of(newest.account).fields
    waits = newest.status == AttemptStatus.REQUIRES_ACTION and not newest.action_over
    if shown is None or not (newest.client_secret and waits):
        return redirect("payments:pay", payment.token)
    option = PaymentOption(newest.account_id, newest.account.code, newest.method)
    context: dict[str, object] = {"payment": payment, "order": payment.order, "option": option}
    context |= {"lines": payment.order.lines.all(), "secret": newest.client_secret}
    context |= {"attempt": newest}
    context |= {"script": shown.script, "module": static(shown.module)}
    context |= {"keep": newest.save_method}
    context |= {"declines": _declines(shown, newest.method)}
    context |= {"key": _key_of(newest.account), "back": _back(payment)}
    page = render(request, "payments/fields.html", context)
    page.headers["Content-Security-Policy"] = _policy(shown, newest.account)
    page.headers["Cross-Origin-Opener-Policy"] = POPUPS
    return page


def _key_of(account: ProviderAccount) -> str:
    return account.for_provider().secrets.get(KEY, "")


def _back(payment: Payment) -> str:
    return payment_settings().base_url + reverse("payments:return", args=[payment.token])


def _declines(shown: Fields, method: str) -> dict[str, list[str]]:
    """What the page says of a decline, each sentence with the provider's words for it."""
    said: dict[str, list[str]] = {}
    for theirs, code in shown.declines.items():
        said.setdefault(told_shopper(code, method), []).append(theirs)
    return said


def _policy(shown: Fields, account: ProviderAccount) -> str:
    """What this page may load: ours, and exactly what the provider's fields need.

    A browser holds the redirect after a posted form against form-action, too.
    """
    ours = ("'self'", *_home_of_files())
    stand_in = (_origin(account.base_url),) if account.base_url else ()
    allowed = {
        "default-src": ("'none'",),
        "script-src": (*ours, _origin(shown.script)),
        "style-src": ours,
        "img-src": (*ours, "data:"),
        "font-src": ours,
        "frame-src": (*shown.frames, *stand_in),
        "connect-src": ("'self'", *shown.calls),
        "form-action": ("'self'", *shown.pages, *stand_in),
        "base-uri": ("'none'",),
        "frame-ancestors": ("'none'",),
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in allowed.items())


def _home_of_files() -> tuple[str, ...]:
    """Where static files come from, if not from this site."""
    address = static(OURS)
    return (_origin(address),) if urlsplit(address).netloc else ()


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
