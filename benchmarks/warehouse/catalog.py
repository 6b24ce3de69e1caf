"""The Catalog of the replay."""

from collections.abc import Collection, Mapping

from benchmarks.warehouse.models import Item
from orders.money import Money
from shop.catalog import Product


class WarehouseCatalog:
    """Finds items by SKU in one query; all of them are for sale."""

    def find(self, skus: Collection[str]) -> Mapping[str, Product]:
        return {
            item.sku: Product(
                sku=item.sku,
                name=item.name,
                price=Money(item.price, "GBP"),
                available=item.stock,
            )
            for item in Item.objects.filter(sku__in=skus)
        }
