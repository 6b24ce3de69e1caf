"""Settings of the sandbox bank's own process: its tables and pages, and nothing of the shop."""

from csp.constants import NONE, SELF

from config.environment import BASE_URL, DATA, DEBUG, HOSTS, database, text
from config.keys import kept_secret

__all__ = ["DEBUG"]

SECRET_KEY = kept_secret(DATA / "bank_secret_key")
ALLOWED_HOSTS = HOSTS
ROOT_URLCONF = "payments.sandbox.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["payments.sandbox", "django.contrib.staticfiles", "csp"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]
DATABASES = {"default": database("BANK_DATABASE_URL", DATA / "bank.sqlite3")}
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
STATIC_URL = "/static/"
CSRF_FAILURE_VIEW = "payments.sandbox.views.missing.csrf_failed"
CSRF_COOKIE_NAME = "bank_csrftoken"  # cookies ignore the port: the shop's must not be replaced
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        # The form on the card page ends in a redirect back to the shop.
        "form-action": [SELF, BASE_URL],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SANDBOX_PACE = text("TILL_BANK_PACE", "1")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},
    },
}
