"""The demo site as in production, with the reference views and limits that one client can meet."""

from config.settings import *  # noqa: F403  # the demo's settings, but for what follows
from config.settings import CACHES as DEMO_CACHES
from config.settings import CELERY_TASK_ROUTES as DEMO_ROUTES
from config.settings import DATABASES as DEMO_DATABASES
from config.settings import INSTALLED_APPS as DEMO_APPS
from config.settings import PAYMENTS as DEMO_PAYMENTS
from config.settings import SHOP as DEMO_SHOP
from payments.conf import RATE_LIMITS as PAY_LIMITS
from shop.conf import RATE_LIMITS as SHOP_LIMITS

BENCH_QUEUE = "webhooks"  # a task that does nothing waits where the real ones do
INSTALLED_APPS = [*DEMO_APPS, "benchmarks.bench"]
ROOT_URLCONF = "benchmarks.bench.urls"
CACHES = {**DEMO_CACHES, "default": {**DEMO_CACHES["default"], "KEY_PREFIX": "till-bench"}}
CELERY_TASK_ROUTES = {**DEMO_ROUTES, "bench.nothing": {"queue": BENCH_QUEUE}}
# Every request is counted as in production; the numbers are above what one driver sends.
PAYMENTS = {
    **DEMO_PAYMENTS,
    "rate_limits": dict.fromkeys(PAY_LIMITS, "1000000000/m"),
    "polls_per_second": 1_000_000.0,
}
SHOP = {**DEMO_SHOP, "rate_limits": dict.fromkeys(SHOP_LIMITS, "1000000000/m")}
# A backend that ends takes its processor time with it: connections stay for the whole run.
DATABASES = {"default": {**DEMO_DATABASES["default"], "CONN_MAX_AGE": None}}
