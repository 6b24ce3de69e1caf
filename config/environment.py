"""What the environment says to the shop and to the sandbox bank alike."""

import re
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from config.databases import tuned

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
DATABASE_URL = re.compile("sqlite:///.|(postgres|postgresql|psql|pgsql)://")


def text(name: str, default: str = "") -> str:
    """The variable's value; set to nothing counts as not set."""
    value: str = env.str(name, default="") or default
    return value


def database(name: str, default: Path) -> dict[str, Any]:
    """What a database URL says, else an SQLite file. Never repeats the URL: it has a password."""
    url = text(name, f"sqlite:///{default}")
    try:
        config: dict[str, Any] = env.db_url_config(url) if DATABASE_URL.match(url) else {}
    except ValueError:  # a port that is none
        config = {}
    if not (config.get("NAME") or "service" in config.get("OPTIONS", {})):
        raise ImproperlyConfigured(
            f"{name} names no database that Till can use: allowed are "
            "sqlite:///path/to/file and postgres://user:password@host:5432/name."
        )
    return tuned(config)


DATA = Path(text("TILL_DATA", str(BASE_DIR / ".data"))).resolve()
BASE_URL = text("TILL_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
BANK_URL = text("TILL_BANK_URL", "http://127.0.0.1:8001").rstrip("/")
STRIPE_PAGES = text("STRIPE_PAGES", "https://checkout.stripe.com").rstrip("/")
DEBUG = env.bool("DEBUG", default=False)
HOSTS = text("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
SECRET_KEY = text("SECRET_KEY")
REDIS_URL = text("REDIS_URL")
"""Of the shared cache, and of the broker too where BROKER_URL names no other."""
BROKER_URL = text("BROKER_URL", REDIS_URL)
RATE_LIMITS = env.bool("TILL_RATE_LIMITS", default=True)
