"""Makes this process a part of the shop and the shop ready to be measured."""

import logging
import os
from functools import partial

import django
import redis
from django.urls import reverse

from benchmarks.bench.hooks import Hook
from benchmarks.bench.journeys import DONE, Town
from benchmarks.bench.stage import Stage
from benchmarks.bench.wire import Browser, send
from config.ports import HOST
from config.stack import WORKER

ENDLESS = 1_000_000
QUEUES = next(part for part in WORKER if part.startswith("--queues=")).partition("=")[2].split(",")


def enter(stage: Stage) -> None:
    """Set up Django here as in the shop's processes; models can be imported afterwards."""
    os.environ.clear()
    os.environ.update(stage.environment("driver"))
    django.setup()
    logging.getLogger("till.hooks").setLevel(logging.ERROR)  # forged on purpose, here


def furnish(stage: Stage) -> Town:
    """Goods that do not run out, and one event that is applied already."""
    from demo.models import Product  # noqa: PLC0415  # models need the settings above
    from payments.models import InboxEvent, ProviderAccount  # noqa: PLC0415  # models need the settings above

    Product.objects.update(stock=ENDLESS)
    account = ProviderAccount.objects.get(code="sandbox")
    hook = Hook(
        port=stage.port,
        path=reverse("payments:hook", args=[account.hook_token]),
        secret=account.for_provider().secrets["webhook_secret"],
        merchant_id=account.merchant_id,
    )
    body = hook.event(event_id=DONE)
    send(stage.port, hook.post(body, hook.signature(body)), expect=200)
    InboxEvent.objects.update(state="done", next_run_at=None)
    skus = list(Product.objects.filter(active=True).order_by("sku").values_list("sku", flat=True))
    return Town(stage.port, skus, hook, partial(Browser, stage.port))


def forget_events(stage: Stage) -> None:
    """Throw away what was only stored: no worker is to find it."""
    from payments.models import InboxEvent  # noqa: PLC0415  # models need the settings above

    InboxEvent.objects.filter(next_run_at__isnull=False).delete()
    with redis.Redis(HOST, stage.redis_port) as queue:
        # The marks of wake-ups that lay in the queue go too, or the next would not be sent.
        queue.delete(*QUEUES, *queue.scan_iter(match="*till:wake:*"))


def all_is_done() -> bool:
    """Whether every event is applied and every mail sent."""
    from orders.models import Mail  # noqa: PLC0415  # models need the settings above
    from payments.models import InboxEvent  # noqa: PLC0415  # models need the settings above

    waiting = InboxEvent.objects.filter(next_run_at__isnull=False).exists()
    return not (waiting or Mail.objects.filter(sent_at__isnull=True).exists())
