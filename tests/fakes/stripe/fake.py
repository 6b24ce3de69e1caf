"""A stand-in of Stripe: `with Fake() as fake:` serves it on a loopback address."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from tests.fakes.stripe import balance as balances
from tests.fakes.stripe import checkout, disputes, opening, payouts, refunds, reports, shopper
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.gate import Gate, Violation
from tests.fakes.stripe.objects import METHODS
from tests.fakes.stripe.opening import Merchant
from tests.fakes.stripe.post import Letter, Post
from tests.fakes.stripe.server import Server
from tests.fakes.stripe.shopper import Sent
from tests.fakes.stripe.store import Shelf, World


def utc_now() -> datetime:
    return datetime.now(UTC)


class Fake:
    """`clock`: an aware now; whoever moves an own one calls `catch_up`. `seed`: for the same ids.

    `deliver`: whether webhooks are sent by a thread, or only written down (see `letters`).

    The wire is Stripe's, at `url`; the methods are what a shop does not do by the API: what the
    shopper, the dashboard and the banks do, and time. Amounts are in minor units.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = utc_now,
        *,
        port: int = 0,
        seed: str | None = None,
        deliver: bool = True,
    ) -> None:
        self.world = World(clock, seed)
        self.gate = Gate(self.world)
        self.trouble = self.gate.trouble
        self._post = Post(self.world, self.gate.lock)
        self._deliver = deliver
        self._server = Server(self.gate, port)
        self.world.url = self._server.url

    @property
    def url(self) -> str:
        return self.world.url

    @property
    def connections(self) -> int:
        """How many were opened so far; a caller who keeps theirs opens one."""
        return self._server.connections

    @property
    def lock(self) -> threading.RLock:
        """Hold it to look at several things of one moment."""
        return self.gate.lock

    @property
    def violations(self) -> list[Violation]:
        """What callers did that Stripe does not take, or should not have to."""
        return self.gate.violations

    def now(self) -> datetime:
        return self.world.now()

    def start(self) -> Self:
        self._server.start()
        if self._deliver:
            self._post.start()
        return self

    def stop(self) -> None:
        self._post.stop()
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def open_account(
        self,
        name: str = "Fernhill",
        *,
        country: str = "GB",
        currency: str = "gbp",
        webhook_url: str = "",
        enabled_events: Sequence[str] = ("*",),
    ) -> Merchant:
        """A merchant with a key of each kind; with `webhook_url` an endpoint in each mode.

        Whatever Stripe can charge may be charged, by card, Alipay and WeChat Pay: see `limit`.
        """
        with self.lock:
            account = opening.add(self.world, name, country=country, currency=currency)
            secrets = opening.listen(self.world, account, webhook_url, events=enabled_events)
        return opening.merchant(account, secrets)

    def roll_key(self, key: str) -> str:
        """A new key in the place of one that is expired from now on."""
        with self.lock:
            return opening.roll(self.world, key)

    def deny(self, key: str, permission: str, *, on: str) -> None:
        """Take a permission from a restricted key; `on`: a part of the "METHOD /path" it is for."""
        with self.lock:
            known = (each for account in self.world.accounts.values() for each in account.keys)
            next(each for each in known if each.secret == key).denied[permission] = on

    def limit(
        self,
        account: str,
        *,
        methods: Sequence[str] = METHODS,
        currencies: Sequence[str] = (),
    ) -> None:
        """What the account may charge from now on; no `currencies`: all of Stripe's."""
        with self.lock:
            self.world.accounts[account].methods = tuple(methods)
            self.world.accounts[account].currencies = tuple(currencies)

    def suspend(self, account: str) -> None:
        """Stripe lets the account charge nobody any more."""
        with self.lock:
            self.world.accounts[account].charges_enabled = False

    def shelf(self, account: str, *, live: bool = False) -> Shelf:
        return self.world.shelf(self.world.accounts[account], live=live)

    def told(self, wanted: str) -> Json:
        """A copy of any object as it is now; raises KeyError where there is none such."""
        with self.lock:
            self.world.catch_up()
            _shelf, found = shopper.find(self.world, wanted)
            return copy.deepcopy(found)

    def catch_up(self) -> None:
        """Let happen what is due by the clock."""
        with self.lock:
            self.world.catch_up()

    def next_due(self) -> datetime | None:
        """When the next thing happens by itself; None where nothing will."""
        with self.lock:
            return self.world.next_due()

    def close_day(self, account: str, *, live: bool = False, early: bool = False) -> str:
        """Pay out what is available, and let reports tell up to now; the payout's id, or "".

        `early`: what is pending is available at once.
        """
        with self.lock:
            self.world.catch_up()
            shelf = self.shelf(account, live=live)
            if early:
                balances.make_available(shelf)
            payout = payouts.pay_out(shelf)
            self.world.closed_at = self.now()
        return str(payout["id"]) if payout else ""

    def end_day(self) -> None:
        """Let reports tell of the whole of today already, as if it were over (UTC)."""
        with self.lock:
            midnight = self.now().replace(hour=0, minute=0, second=0, microsecond=0)
            self.world.closed_at = midnight + timedelta(days=1)

    def bill(self, account: str, amount: int, said: str = "Radar") -> Json:
        """A fee of Stripe's that is of no payment, in the account's minor units."""
        with self.lock:
            return copy.deepcopy(balances.bill(self.shelf(account), amount, said))

    def fail_reports(self, account: str) -> None:
        """Those that are being made."""
        with self.lock:
            self.world.catch_up()
            reports.fail(self.shelf(account))

    def fail_payout(self, payout: str) -> None:
        with self._acting(payout) as (shelf, _told):
            payouts.fail(shelf, payout)

    def pay(
        self,
        session: str,
        number: str = "4242424242424242",
        *,
        pay_with: str = "card",
        save: bool = False,
        email: str = "jenny@example.com",
    ) -> Sent:
        """Press "pay" on the page of the session with that id."""
        form = {"number": number, "pay_with": pay_with, "email": email, "save": str(save).lower()}
        with self._acting(session) as (shelf, told):
            return shopper.pay(shelf, told, form)

    def answer(self, intent: str, *, agreed: bool = True, after: timedelta = timedelta(0)) -> Sent:
        """Complete or fail what the issuer or the wallet asks of the shopper.

        `after`: it takes that long until there is money, or until it is refused.
        """
        with self._acting(intent) as (shelf, told):
            return shopper.answer(shelf, told, agreed=agreed, after=after)

    def let_code_run_out(self, intent: str) -> None:
        """Nobody scans what the wallet shows until it can be scanned no more."""
        with self._acting(intent) as (shelf, told):
            checkout.run_out(shelf, told)

    def refund_in_dashboard(self, payment: str, amount: int | None = None) -> Json:
        """Of an intent or a charge, in minor units; all that is left where no amount is given."""
        name = "payment_intent" if payment.startswith("pi_") else "charge"
        params: Json = {name: payment} | ({} if amount is None else {"amount": amount})
        with self._acting(payment) as (shelf, _told):
            return copy.deepcopy(refunds.create(shelf, params))

    def fail_refund(self, refund: str) -> None:
        with self._acting(refund) as (shelf, told):
            refunds.fail(shelf, told)

    def cancel_refund_in_dashboard(self, refund: str) -> None:
        """One that is pending still."""
        with self._acting(refund) as (shelf, told):
            refunds.fail(shelf, told, status="canceled", reason="merchant_request")

    def dispute(
        self,
        charge: str,
        *,
        reason: str = "fraudulent",
        inquiry: bool = False,
        amount: int | None = None,
    ) -> Json:
        """The shopper goes to their bank about a charge or an intent; the dispute."""
        with self._acting(charge) as (shelf, told):
            charged = shelf.objects[told.get("latest_charge", charge)]
            opened = disputes.open_dispute(
                shelf, charged, reason=reason, inquiry=inquiry, amount=amount
            )
            return copy.deepcopy(opened)

    def decide(self, dispute: str, *, won: bool) -> None:
        """The bank decides, whatever the evidence."""
        with self._acting(dispute) as (shelf, told):
            disputes.decide(shelf, told, won=won)

    def escalate(self, inquiry: str) -> None:
        """The bank makes a chargeback of what it only asked about."""
        with self._acting(inquiry) as (shelf, told):
            disputes.escalate(shelf, told)

    @contextmanager
    def _acting(self, wanted: str) -> Iterator[tuple[Shelf, Json]]:
        """Under the lock and up to date, with the object of that id and its shelf."""
        with self.lock:
            self.world.catch_up()
            yield shopper.find(self.world, wanted)

    def letters(self, account: str, *, live: bool = False, start: int = 0) -> list[Letter]:
        """What was written to the account's endpoints, the oldest first, from the `start`th on."""
        with self.lock:
            self.world.catch_up()
            return self._post.written(self.shelf(account, live=live), start)

    def wait_for_post(self) -> None:
        """Until each letter that is written came, or failed for good."""
        self._post.wait()
