"""What the environment says to the shop and to the sandbox bank alike."""

from pathlib import Path
from typing import Any

import environ

from config.databases import tuned

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def text(name: str, default: str = "") -> str:
    """The variable's value; set to nothing counts as not set."""
    value: str = env.str(name, default="") or default
    return value


def database(name: str, default: Path) -> dict[str, Any]:
    """What a database URL says, else an SQLite file."""
    config: dict[str, Any] = env.db_url_config(text(name, f"sqlite:///{default}"))
    return tuned(config)


DATA = Path(text("TILL_DATA", str(BASE_DIR / ".data"))).resolve()
BASE_URL = text("TILL_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
BANK_URL = text("TILL_BANK_URL", "http://127.0.0.1:8001").rstrip("/")
DEBUG = env.bool("DEBUG", default=False)
HOSTS = text("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
SECRET_KEY = text("SECRET_KEY")
REDIS_URL = text("REDIS_URL")
RATE_LIMITS = env.bool("TILL_RATE_LIMITS", default=True)
