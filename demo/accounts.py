"""Signing up and in at the demo, with Django's own forms and views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth import get_user_model, login
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_ratelimit.decorators import ratelimit

View = Callable[..., HttpResponseBase]
TRIES: Callable[[View], View] = ratelimit(
    key="ip", group="demo:accounts", rate="30/m", method="POST", block=False
)


def unhurried(view: View) -> View:
    """Only so many tries a minute from one address; then a page asks for patience."""

    @wraps(view)
    def counted(request: HttpRequest) -> HttpResponseBase:
        if not getattr(request, "limited", False):
            return view(request)
        answer = render(request, "429.html", status=429)
        answer.headers["Retry-After"] = "60"
        return answer

    return TRIES(counted)


@method_decorator(unhurried, name="dispatch")
class SignIn(LoginView):
    template_name = "demo/sign_in.html"
    redirect_authenticated_user = True
    next_page = "/"


class NewShopper(UserCreationForm):  # type: ignore[type-arg]  # no generic class at run time
    """A name and a password are enough for a demo."""

    class Meta(UserCreationForm.Meta):
        model = get_user_model()
        fields = ("username", "email")


@never_cache
@unhurried
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    form = NewShopper(request.POST or None)
    if form.is_valid():
        login(request, form.save())
        return redirect("/")
    return render(request, "demo/sign_up.html", {"form": form}, status=400 if form.errors else 200)


urlpatterns = [
    path("accounts/login/", SignIn.as_view(), name="sign_in"),
    path("accounts/logout/", LogoutView.as_view(next_page="/"), name="sign_out"),
    path("accounts/sign-up/", sign_up, name="sign_up"),
]
