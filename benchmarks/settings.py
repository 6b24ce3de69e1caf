"""The demo site's settings with the warehouse of the replay behind the same seams."""

from benchmarks.ahead import clock_of_this_run
from config.settings import *  # noqa: F403  # the demo's settings, but for what follows
from config.settings import INSTALLED_APPS as DEMO_APPS
from config.settings import ORDERS as DEMO_ORDERS
from config.settings import PAYMENTS as DEMO_PAYMENTS
from config.settings import SHOP as DEMO_SHOP
from orders.clock import clock_at

INSTALLED_APPS = [*DEMO_APPS, "benchmarks.warehouse"]
ORDERS = {**DEMO_ORDERS, "stock": "benchmarks.warehouse.stock.WarehouseStock"}
SHOP = {
    **DEMO_SHOP,
    "catalog": "benchmarks.warehouse.catalog.WarehouseCatalog",
    "max_quantity": 100_000,
}
PAYMENTS = {**DEMO_PAYMENTS, "approve_resolutions_above": {"GBP": "100.00"}}

if clock := clock_of_this_run():
    AHEAD = clock_at(clock)  # kept, since what nobody holds is left at once
    AHEAD.__enter__()  # for as long as the process lives
