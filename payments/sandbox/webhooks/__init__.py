"""Telling merchants what happened: signed, retried, never lost."""
