"""How the shop is doing: what waits, what is stuck, whether database and broker answer."""
