"""The demo site's settings with throw-away data, no queue and a password hash that is quick."""

import atexit
import os
import shutil
import tempfile

os.environ["TILL_DATA"] = tempfile.mkdtemp(prefix="till-tests-")
atexit.register(shutil.rmtree, os.environ["TILL_DATA"], ignore_errors=True)

from config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir()  # whitenoise warns where it is missing
