"""Pages of payments: they translate, services decide."""
