"""Signing up and in at the demo, with Django's own forms and views."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django import forms
from django.contrib.auth import get_user_model, login
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_ratelimit.core import get_usage

View = Callable[..., HttpResponseBase]
count_try = partial(
    get_usage, key="ip", group="demo:accounts", rate="30/m", method="POST", increment=True
)


def unhurried(view: View) -> View:
    """Only so many tries a minute from one address; then a page asks for patience."""

    @wraps(view)
    def counted(request: HttpRequest) -> HttpResponseBase:
        tries = count_try(request)
        if not (tries and tries["should_limit"]):
            return view(request)
        answer = render(request, "429.html", status=429)
        answer.headers["Retry-After"] = str(tries["time_left"] + 1)
        return answer

    return counted


class KnownShopper(AuthenticationForm):
    """Django's own, with our words for what is missing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = _("Enter your user name.")
        self.fields["password"].error_messages["required"] = _("Enter your password.")


@method_decorator(unhurried, name="dispatch")
class SignIn(LoginView):
    template_name = "demo/sign_in.html"
    authentication_form = KnownShopper
    redirect_authenticated_user = True
    next_page = "/"


class NewShopper(UserCreationForm):  # type: ignore[type-arg]  # no generic class at run time
    """A name and a password are enough for a demo."""

    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("The checkout fills it in for you."),
        error_messages={"invalid": _("Enter a valid email address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    class Meta(UserCreationForm.Meta):
        model = get_user_model()
        fields = ("username", "email")
        help_texts = {"username": _("Letters, digits and @ . + - _")}
        error_messages = {"username": {"required": _("Choose a user name.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, again = self.fields["password1"], self.fields["password2"]
        first.help_text = _("At least 8 characters, and none that many people use.")
        again.help_text = ""
        first.error_messages["required"] = _("Choose a password.")
        again.label = _("Password again")
        again.error_messages["required"] = _("Type the password again.")


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
