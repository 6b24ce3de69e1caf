"""A bank with a book of its own, written by code that imports nothing of the shop."""
