"""What the environment says to the shop and to the sandbox bank alike."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA = Path(env.str("TILL_DATA", default=str(BASE_DIR / ".data"))).resolve()
BASE_URL = env.str("TILL_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
BANK_URL = env.str("TILL_BANK_URL", default="http://127.0.0.1:8001").rstrip("/")
DEBUG = env.bool("DEBUG", default=False)
HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
SECRET_KEY = env.str("SECRET_KEY", default="")
REDIS_URL = env.str("REDIS_URL", default="")
RATE_LIMITS = env.bool("TILL_RATE_LIMITS", default=True)
