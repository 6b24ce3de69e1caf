"""The demo site's settings with a key that seals nothing of worth, and a quiet log."""

import os

os.environ.setdefault("TILL_SECRET_KEY", "of a throw-away shop")

from config.settings import *  # noqa: F403  # the demo's settings, with the key above

LOGGING = {"version": 1, "disable_existing_loggers": True}
