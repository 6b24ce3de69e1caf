"""A bank that Till does not know: its own book, written by code that imports nothing of the shop."""
