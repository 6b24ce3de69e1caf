"""The page where a way to pay is chosen, and chosen again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.clock import now
from payments.conf import payment_settings
from payments.errors import NoAccount, NotPayable
from payments.limits import minutes_to_wait, too_often
from payments.messages import advice, for_shopper
from payments.models import Attempt, Payment
from payments.registry import (
    METHOD_LABELS,
    PaymentOption,
    least_amount,
    names_saved,
    option_by_key,
    payment_options,
)
from payments.services.choose import choose_method
from payments.services.open import TIME_TO_CLOSE
from payments.services.start import submit_attempt
from payments.states import AttemptStatus
from payments.views.shopper import shopper_key
from payments.views.stage import (
    Stage,
    lead_on,
    leads_nowhere,
    newest_attempt,
    order_link,
    payment_page,
    ran_out,
    stage_of,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_MINUTES: Final = 120
HOPELESS: Final = frozenset({"amount_refused", "amount_differs"})
"""What no second try by the same way would change."""
OF_ACCOUNT: Final = frozenset({"amount_refused", "provider_down", "provider_refused"})
"""What the account's other ways to pay would most likely meet as well."""


@require_http_methods(["GET", "HEAD", "POST"])
@payment_page
def pay(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Pay, or pay again after a decline, or another way than was begun."""
    if request.method != "POST":
        return _page(request, payment)
    if too_often(request, "pay", payment_settings().rate_limits):
        context = {"minutes": minutes_to_wait(request), "payment": payment}
        return render(request, "payments/too_often.html", context, status=429)
    try:
        return _submit(request, payment, chosen_option(request, payment))
    except NoAccount:
        return _page(request, payment, problem=_not_on_offer(request), status=400)


def _not_on_offer(request: HttpRequest) -> StrOrPromise:
    if names_saved(request.POST.get("method", "")):
        return for_shopper("saved_card_gone", "card")
    return _("This way to pay is not on offer. Please choose another.")


def owner_of(request: HttpRequest, payment: Payment) -> int | None:
    """The signed-in shopper, where the order is theirs: their saved methods are on offer."""
    owner = payment.order.user_id
    return owner if owner == shopper_key(request) else None


def chosen_option(request: HttpRequest, payment: Payment) -> PaymentOption:
    """What the form says; raises NoAccount where it is not on offer."""
    key = request.POST.get("method", "")
    option = option_by_key(key, payment.rest, owner_of(request, payment))
    if request.POST.get("elsewhere"):  # on the provider's page: here its script does not run
        option = replace(option, embedded=False)
    return option.saving() if request.POST.get("save_method") else option


def _submit(request: HttpRequest, payment: Payment, option: PaymentOption) -> HttpResponse:
    try:
        attempt, fresh = choose_method(payment_id=payment.pk, option=option)
    except NotPayable:
        return redirect("payments:return", payment.token)
    if attempt.closing_at:
        return _closing(request, attempt, option)
    if fresh:
        attempt = submit_attempt(attempt)
    attempt.payment = payment
    return HttpResponseRedirect(lead_on(attempt), status=303)


def _closing(request: HttpRequest, attempt: Attempt, option: PaymentOption) -> HttpResponse:
    """The first payment has not ended yet: a few seconds' patience, then the form goes again."""
    asked = attempt.closing_at or now()
    left = (asked + TIME_TO_CLOSE - now()).total_seconds()
    context = {"payment": attempt.payment, "option": option, "seconds": max(1, round(left + 0.5))}
    context |= {"first": METHOD_LABELS.get(attempt.method, attempt.method)}
    return render(request, "payments/closing.html", context, status=202)


def _page(
    request: HttpRequest, payment: Payment, *, problem: StrOrPromise = "", status: int = 200
) -> HttpResponse:
    newest = newest_attempt(payment)
    payment = newest.payment if newest else payment
    stage = stage_of(payment, newest)
    another = stage == Stage.WAITING and "another" in request.GET
    if stage != Stage.PAYABLE and not another:
        return redirect("payments:return", payment.token)
    code = _code_of(newest) if newest and not problem else ""
    problem = for_shopper(code, newest.method) if newest and code else problem
    counsel = advice(code, newest.method) if newest and code else ""
    begun = newest if newest and newest.in_flight and not leads_nowhere(newest) else None
    context: dict[str, object] = {"payment": payment, "order": payment.order, "problem": problem}
    context |= {"advice": counsel}
    context |= {"order_url": order_link(payment, newest), "begun": begun}
    context |= {"lines": payment.order.lines.all(), "keep": begun and begun.save_method}
    context |= {"begun_label": METHOD_LABELS.get(begun.method, begun.method) if begun else ""}
    context |= {"minutes": _minutes_kept(payment), "cancelled": code == "cancelled"}
    options = payment_options(payment.rest, owner_of(request, payment))
    context |= {"options": options, "chosen": _chosen(newest, options)}
    context |= {"least": None if options else least_amount(payment.rest)}
    return render(request, "payments/pay.html", context, status=status)


def _code_of(newest: Attempt) -> str:
    """Why the shopper is here again; "" where nothing went wrong.

    What we closed at the end of its time was not left by the shopper.
    """
    if leads_nowhere(newest):
        return "provider_refused"
    return "expired" if ran_out(newest) else newest.error_code


def _minutes_kept(payment: Payment) -> int:
    """How long the order still waits for its payment; 0 where nobody counts that in minutes."""
    until = payment.order.expires_at
    minutes = ceil((until - now()).total_seconds() / 60) if until else 0
    return minutes if minutes <= MOST_MINUTES else 0


def _hopeless(declined: Attempt) -> bool:
    """Whether the same way would be refused again."""
    return declined.saved_method is not None or declined.error_code in HOPELESS


def _chosen(newest: Attempt | None, options: Sequence[PaymentOption]) -> str:
    """The key to stand chosen: the shopper's own, or the next where that one is of no more use."""
    if newest is None:
        return ""
    own = PaymentOption(
        newest.account_id, newest.account.code, newest.method, saved=newest.saved_method
    ).key
    keys = [option.key for option in options]
    if own not in keys:
        return own
    place, refused = keys.index(own) + 1, newest.status == AttemptStatus.DECLINED
    others = [*options[place:], *options[:place]]
    elsewhere = [option for option in others if option.account_id != newest.account_id]
    if refused and newest.error_code in OF_ACCOUNT and elsewhere:
        return elsewhere[0].key
    return others[0].key if (refused and _hopeless(newest)) or leads_nowhere(newest) else own
