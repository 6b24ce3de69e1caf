"""The way of a request: whose key, which address, well-formed, seen before, done, told."""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.fakes.stripe import eligible, honoured, metadata, openapi, routes, sdk_types
from tests.fakes.stripe.errors import Json, Refused
from tests.fakes.stripe.events import VERSION
from tests.fakes.stripe.expand import expanded
from tests.fakes.stripe.forms import Raw, parse
from tests.fakes.stripe.idempotency import LONGEST, Answer, Keys, Scope
from tests.fakes.stripe.objects import Account, Asked, Key
from tests.fakes.stripe.request import Request
from tests.fakes.stripe.routes import Route
from tests.fakes.stripe.store import Shelf, World
from tests.fakes.stripe.trouble import REFUSALS, Planned, Trouble, broken

FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Violation:
    """What a caller did that Stripe does not take, or should not have to."""

    address: str
    said: str
    param: str = ""


@dataclass(slots=True)
class Call:
    """A request of a known account, on its way."""

    request: Request
    shelf: Shelf
    route: Route
    ids: list[str]
    params: Json
    scope: Scope | None


class Gate:
    """Answers requests; all but a hold happens under `lock`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lock = threading.RLock()
        self.trouble = Trouble()
        self.keys = Keys()
        self.violations: list[Violation] = []
        self.on_success: Callable[[Route, Json], None] = lambda _route, _told: None
        """Who wants to see each answer before it is sent, as tests of its form do."""
        self.on_request: Callable[[Request], None] = lambda _request: None
        """Who wants to do something before a request is answered; it may raise Refused instead."""
        self.on_answer: Callable[[Request, Answer], None] = lambda _request, _answer: None
        """Who wants to see what each request was answered, refusals included."""

    def answer(self, request: Request) -> tuple[Answer, dict[str, str]]:
        """The answer and the headers of this one time."""
        headers = {"Request-Id": "", "Stripe-Version": VERSION}
        with self.lock:
            self.world.catch_up()
            headers["Request-Id"] = self.world.new_id("req", 14)
        try:
            self.on_request(request)
            answer = self._answered(request, headers)
        except Refused as refusal:
            headers.update(refusal.headers)
            answer = _told(refusal, headers["Request-Id"])
        self.on_answer(request, answer)
        return answer, headers

    def _answered(self, request: Request, headers: dict[str, str]) -> Answer:
        met = self.trouble.met_by(request.named)
        with self.lock:
            call = self._read(request)
            if met and met.kind in REFUSALS:
                refusal = REFUSALS[met.kind]()
                raise refusal
            seen = self._begin(call)
            if seen is not None:
                headers |= {"Idempotent-Replayed": "true", "Stripe-Should-Retry": "false"}
                headers["Original-Request"] = seen.request
                return seen
            if met is None or met.kind != "hold":
                return self._kept(call, met, request_id=headers["Request-Id"])
        met.gate.wait()
        with self.lock:
            return self._kept(call, met, request_id=headers["Request-Id"])

    def _kept(self, call: Call, met: Planned | None, *, request_id: str) -> Answer:
        with self.keys.kept(call.scope) as kept:
            answer = self._executed(call, met, request_id=request_id)
            answer.request = request_id
            kept.answer = answer
            return answer

    def _executed(self, call: Call, met: Planned | None, *, request_id: str) -> Answer:
        """Do it; a refusal from here on is an answer that the key keeps, unless of a parameter."""
        key = call.request.headers.get("idempotency-key")
        self.world.asked = Asked(request_id, key)
        try:
            if met and met.kind == "error_before":
                raise broken()
            answer = self._done(call)
            if met and met.kind == "error_after":
                raise broken()
        except Refused as refusal:
            if refusal.is_validation:
                raise
            return _told(refusal, request_id)
        finally:
            self.world.asked = Asked()
        return answer

    def _done(self, call: Call) -> Answer:
        told: Any = call.route.do(call.shelf, call.params, *call.ids)
        if isinstance(told, bytes):
            return Answer(200, told, "text/csv")
        if call.params.get("expand"):
            told = expanded(call.shelf, told, call.params["expand"])
        self.on_success(call.route, told)
        return Answer(200, json.dumps(told).encode())

    def _begin(self, call: Call) -> Answer | None:
        if call.scope is None:
            return None
        request = f"{call.request.address} {json.dumps(call.params, sort_keys=True)}"
        return self.keys.begin(call.scope, request, self.world.now())

    def _read(self, request: Request) -> Call:
        """Who asks for what; raises Refused on what Stripe answers before it begins."""
        account, key = self._whose(request)
        _check_allowed(key, request)
        shelf = self.world.shelf(account, live=key.live)
        route, ids = self._route(request)
        self._check_headers(request)
        try:
            params = _params(request, route)
            metadata.check(params)
        except Refused as refusal:
            self._note(request, str(refusal), param=refusal.error.get("param", ""))
            raise
        name = request.headers.get("idempotency-key")
        scope = (account.id, key.live, name) if name and request.method == "POST" else None
        return Call(request, shelf, route, ids, params, scope)

    def _route(self, request: Request) -> tuple[Route, list[str]]:
        try:
            return routes.find(request.method, request.path)
        except Refused as refusal:
            self._note(request, str(refusal))
            raise

    def _whose(self, request: Request) -> tuple[Account, Key]:
        given = _key_of(request.headers.get("authorization", ""))
        if not given:
            raise Refused(401, "You did not provide an API key.")
        for account in self.world.accounts.values():
            for key in account.keys:
                if key.secret == given:
                    return account, _usable(key)
        raise Refused(401, f"Invalid API Key provided: {given[:8]}****{given[-4:]}")

    def _check_headers(self, request: Request) -> None:
        """What Stripe would take and a careful caller does not send."""
        asked = request.headers.get("stripe-version", "")
        if asked != VERSION:
            self._note(request, f"Stripe-Version {asked or 'is missing'}, not {VERSION}")
        if request.method != "POST":
            return
        kind = request.headers.get("content-type", "").partition(";")[0]
        if request.form and kind != FORM:
            self._note(request, f"Content-Type {kind or 'is missing'}, not {FORM}")
            said = "Invalid request: the body must be application/x-www-form-urlencoded."
            raise Refused(400, said)
        key = request.headers.get("idempotency-key", "")
        if not 1 <= len(key) <= LONGEST:
            self._note(request, f"a POST with an Idempotency-Key of {len(key)} characters")

    def _note(self, request: Request, said: str, *, param: str = "") -> None:
        self.violations.append(Violation(request.address, said, param))


def _usable(key: Key) -> Key:
    if key.expired:
        said = f"Expired API Key provided: {key.secret[:8]}****{key.secret[-4:]}"
        raise Refused(401, said, error={"code": "api_key_expired"})
    if key.kind == "pk":
        raise Refused(
            401,
            "This API call cannot be made with a publishable API key. Use a secret API key.",
            error={"code": "secret_key_required"},
        )
    return key


def _check_allowed(key: Key, request: Request) -> None:
    """A restricted key is told which permission it lacks, without a code."""
    for permission, denied in key.denied.items():
        if denied in request.address:
            said = (
                f"The provided key '{key.secret[:8]}****{key.secret[-4:]}' does not have the "
                f"required permissions for this endpoint. Having the '{permission}' permission "
                "would allow this request to continue."
            )
            raise Refused(403, said)


def _key_of(header: str) -> str:
    kind, _, value = header.partition(" ")
    if kind == "Basic":
        return b64decode(value).decode("ascii", "replace").partition(":")[0]
    return value if kind == "Bearer" else ""


def _params(request: Request, route: Route) -> Json:
    raw = parse(request.form)
    if "payment_method_types" in raw and route.method == "POST":
        raise eligible.gone()
    older = _without_newer(route, raw)
    known = openapi.asked(route.method, route.template)
    if known is not None:
        known.read(older, "")
    read: Json = sdk_types.asked(route.asks).read(raw, "")
    honoured.check(f"{route.method} {route.template}", read)
    return read


def _without_newer(route: Route, raw: dict[str, Raw]) -> dict[str, Raw]:
    """What the older file can judge."""
    newer = openapi.NEWER.get((route.method, route.template), set())
    return {name: value for name, value in raw.items() if name not in newer}


def _told(refusal: Refused, request_id: str) -> Answer:
    error = {**refusal.error, "request_log_url": f"https://dashboard.stripe.com/logs/{request_id}"}
    return Answer(refusal.status, json.dumps({"error": error}).encode())
