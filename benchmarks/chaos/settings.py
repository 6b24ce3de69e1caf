"""The demo site as it is sold, on a database whose line can be cut."""

from config.settings import *  # noqa: F403  # the demo's settings, but for what follows
from config.settings import DATABASES as DEMO_DATABASES
from config.settings import MIDDLEWARE as DEMO_MIDDLEWARE

DATABASES = {"default": {**DEMO_DATABASES["default"], "ENGINE": "benchmarks.chaos.engine"}}
MIDDLEWARE = [name for name in DEMO_MIDDLEWARE if "whitenoise" not in name]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
