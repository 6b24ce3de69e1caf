"""The demo site's settings with throw-away data, plain static files and a quick password hash."""

import atexit
import os
import shutil
import tempfile
from urllib.parse import urlsplit

os.environ["TILL_DATA"] = tempfile.mkdtemp(prefix="till-tests-")
atexit.register(shutil.rmtree, os.environ["TILL_DATA"], ignore_errors=True)
if os.environ.get("REDIS_URL"):
    # Tests clear the cache, and that is a whole Redis database: each test process has its own.
    _worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    _redis = urlsplit(os.environ["REDIS_URL"])
    os.environ["REDIS_URL"] = _redis._replace(path=f"/{1 + _worker % 15}").geturl()

from config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir()  # whitenoise warns where it is missing
INSTALLED_APPS += ["benchmarks.warehouse"]  # the replay's installer is tested too
