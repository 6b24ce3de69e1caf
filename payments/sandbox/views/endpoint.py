"""What every API endpoint shares: who calls, what was sent, and how an answer is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from payments.sandbox.errors import Problem, Refused, bad_request
from payments.sandbox.fields import PRINTABLE_ASCII, read_object
from payments.sandbox.models import Merchant
from payments.sandbox.objects import encoded
from payments.sandbox.services.answer import Reply, Request, answer_once, fingerprint
from payments.sandbox.services.sign_up import merchant_of_key

LARGEST_BODY = 64 * 1024
LONGEST_KEY = 100
NO_ANSWER = Problem(HTTPStatus.GATEWAY_TIMEOUT, "", "")


@dataclass(frozen=True, slots=True)
class Call:
    """One API request, read: its JSON values and the id in its path, if there is one."""

    request: HttpRequest
    values: dict[str, object]
    public_id: str

    @property
    def base_url(self) -> str:
        return base_url(self.request)

    def merchant(self) -> Merchant:
        """Who calls; raises Refused for a missing or unknown key."""
        scheme, _, key = self.request.headers.get("Authorization", "").partition(" ")
        merchant = merchant_of_key(key.strip()) if scheme.lower() == "bearer" else None
        if merchant is None:
            message = "Send your API key as Authorization: Bearer <key>."
            raise Refused(Problem(HTTPStatus.UNAUTHORIZED, "unauthorized", message))
        return merchant

    def once(self, merchant: Merchant, act: Callable[[], Reply]) -> Reply:
        """Do `act` under the request's idempotency key."""
        path, method = self.request.path, self.request.method or ""
        named = fingerprint(method, path, self.values)
        request = Request(merchant, idempotency_key(self.request), named)
        return answer_once(request=request, act=act)


Action = Callable[[Call], Reply | StreamingHttpResponse]


def endpoint(actions: Mapping[str, Action]) -> Callable[..., HttpResponseBase]:
    """Build a view that answers each method with its action and every refusal as JSON."""

    @csrf_exempt
    def view(request: HttpRequest, public_id: str = "") -> HttpResponseBase:
        try:
            action = actions.get(request.method or "")
            if action is None:
                return method_not_allowed(list(actions))
            reply = action(Call(request, read_body(request), public_id))
        except Refused as refused:
            return problem(refused.problem)
        if isinstance(reply, StreamingHttpResponse):
            return reply
        return problem(NO_ANSWER) if reply.lost else answer(reply)

    return view


def base_url(request: HttpRequest) -> str:
    """Where the caller reached the bank, such as http://127.0.0.1:8001."""
    return f"{request.scheme}://{request.get_host()}"


def read_body(request: HttpRequest) -> dict[str, object]:
    length = request.headers.get("Content-Length") or "0"
    if not length.isdigit() or int(length) > LARGEST_BODY:
        message = f"A request has at most {LARGEST_BODY} bytes."
        raise Refused(Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", message))
    return read_object(request.body)


def idempotency_key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise bad_request("idempotency_key_missing", "Send an Idempotency-Key header.")
    if len(key) > LONGEST_KEY or not PRINTABLE_ASCII.fullmatch(key):
        message = f"An idempotency key has 1 to {LONGEST_KEY} printable ASCII characters."
        raise bad_request("idempotency_key_invalid", message)
    return key


def reply(status: HTTPStatus, value: object) -> Reply:
    return Reply(status, encoded(value))


def answer(reply: Reply) -> HttpResponse:
    response = HttpResponse(reply.body, "application/json", reply.status)
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["Cache-Control"] = "no-store"
    if reply.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def problem(problem: Problem) -> HttpResponse:
    response = answer(reply(problem.status, problem.body()))
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def method_not_allowed(methods: list[str]) -> HttpResponse:
    allowed = ", ".join(methods)
    message = f"This address answers {allowed}."
    response = problem(Problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", message))
    response.headers["Allow"] = allowed
    return response
