"""The page where shoppers see what is kept of their cards, and take it back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from payments.models import SavedMethod
from payments.services.forget_method import remove_method
from payments.views.shopper import shopper_key


@never_cache
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: HttpRequest) -> HttpResponse:
    """The shopper's own, and of nobody else; who is not signed in does that first."""
    owner = shopper_key(request)
    if owner is None:
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        if remove_method(user_id=owner, token=request.POST.get("token", "")):
            messages.success(request, _("The card is removed."))
        return redirect("payments:saved")
    kept = SavedMethod.objects.filter(user_id=owner, removed_at=None).order_by("-pk")
    return render(request, "payments/saved.html", {"kept": kept})
