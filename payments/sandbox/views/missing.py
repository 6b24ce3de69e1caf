"""What is said where there is no page, no permission, or no working bank."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from payments.sandbox.errors import Problem
from payments.sandbox.views.endpoint import problem

# Django names the arguments of these views.
# ruff: noqa: ARG001  # see above
API = "/v1/"


def no_such_page(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith(API):
        message = "There is no such address."
        return problem(Problem(HTTPStatus.NOT_FOUND, "not_found", message))
    return render(request, "sandbox/404.html", status=HTTPStatus.NOT_FOUND)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = "The request cannot be read."
    return problem(Problem(HTTPStatus.BAD_REQUEST, "invalid_request", message))


def broken(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API):
        message = "The bank failed. Send the same request with the same key again."
        return problem(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", message))
    return render(request, "sandbox/500.html", status=HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "sandbox/403_csrf.html", status=HTTPStatus.FORBIDDEN)
