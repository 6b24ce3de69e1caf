"""Pages of the shop: they translate, services decide."""
