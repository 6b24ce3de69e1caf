"""The sandbox bank: a card processor for development, a stranger to the rest of the shop."""
