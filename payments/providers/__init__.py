"""Adapters that speak to providers: pure input and output, no rows, no Django."""
