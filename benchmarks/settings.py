"""The demo site's settings with the warehouse of the replay behind the same seams."""

from config.settings import *  # noqa: F403  # the demo's settings, but for what follows
from config.settings import INSTALLED_APPS as DEMO_APPS
from config.settings import ORDERS as DEMO_ORDERS
from config.settings import SHOP as DEMO_SHOP

INSTALLED_APPS = [*DEMO_APPS, "benchmarks.warehouse"]
ORDERS = {**DEMO_ORDERS, "stock": "benchmarks.warehouse.stock.WarehouseStock"}
SHOP = {
    **DEMO_SHOP,
    "catalog": "benchmarks.warehouse.catalog.WarehouseCatalog",
    "max_quantity": 100_000,
}
