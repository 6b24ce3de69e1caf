"""Settings of the demo site, which sells through Till as any installer's site would."""

from typing import Any

import django
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.environment import (
    BANK_URL,
    BASE_DIR,
    BASE_URL,
    DATA,
    DEBUG,  # noqa: F401  # Django reads it here
    HOSTS,
    RATE_LIMITS,
    REDIS_URL,
    SECRET_KEY,
    STRIPE_PAGES,
    database,
    text,
)
from config.keys import derived_key, kept_secret
from config.queues import *  # noqa: F403  # Celery's settings

SECRET_KEY = SECRET_KEY or kept_secret(DATA / "secret_key")
ALLOWED_HOSTS = HOSTS
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "demo",
    "shop",
    "payments",
    "payments.sandbox",
    "orders",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.cookies.drop_broken_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "demo" / "templates", BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.context_processors.cart",
            ],
        },
    },
]

DATABASES = {"default": database("DATABASE_URL", DATA / "till.sqlite3")}
# The cache only counts for the rate limits, which do without it: nobody waits for a dead server.
REDIS_PATIENCE = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
CACHES = {
    "default": {
        "BACKEND": "config.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": REDIS_PATIENCE,
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # What the templates keep, the head and foot of every page, is quickest in each process.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template_fragments",
    },
}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "config.formats"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "demo" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Over plain http on loopback by default; an https base address turns the rest on.
_HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = [r"^payments/health/$"]  # load balancers ask by plain http
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "config.sessions"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A browser also checks where a posted form is redirected to: to pages of card fields.
        "form-action": [SELF, BANK_URL, STRIPE_PAGES],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Addresses of orders are secrets and 4xx lines would write them down: errors of ours only.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
    },
}

if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "demo.mail.MailboxBackend"}}
else:
    EMAIL_BACKEND = "demo.mail.MailboxBackend"
DEFAULT_FROM_EMAIL = "Fernhill <hello@fernhill.example>"

ORDERS = {
    "stock": "demo.stock.DemoStock",
    "base_url": BASE_URL,
    "order_url": "shop.links.order_page",
    "shop_name": "Fernhill",
    "shared_cache": "default" if REDIS_URL else "",
    "return_instructions": "Fernhill Returns, 4 Weir Street, Leeds LS1 4AB",
    "carriers": {
        "Royal Mail": "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
        "DHL": "https://www.dhl.com/en/express/tracking.html?AWB={number}",
        "Our own van": "",
    },
}
APPROVE_ABOVE = text("TILL_APPROVE_ABOVE")
PAYMENTS: dict[str, Any] = {
    "live": False,
    "providers": {
        "sandbox": "payments.providers.sandbox.SandboxProvider",
        "stripe": "payments.providers.stripe.StripeProvider",
    },
    "secret_keys": [derived_key(SECRET_KEY, "till provider accounts")],
    "base_url": BASE_URL,
    "capture": text("TILL_CAPTURE", "automatic"),
    "approve_refunds_above": {"GBP": APPROVE_ABOVE} if APPROVE_ABOVE else {},
    "approve_resolutions_above": {"GBP": APPROVE_ABOVE} if APPROVE_ABOVE else {},
}
SHOP: dict[str, Any] = {
    "catalog": "demo.catalog.DemoCatalog",
    "currency": "GBP",
    "terms_url": "/terms/",
    "terms_version": "2026-11",
}
if not RATE_LIMITS:  # the replay and the benchmarks are one client that buys for thousands
    PAYMENTS["rate_limits"] = SHOP["rate_limits"] = None
DEMO = {
    "admin_password": text("TILL_ADMIN_PASSWORD") or kept_secret(DATA / "admin_password", size=12),
    "bank_url": BANK_URL,
    "base_url": BASE_URL,
}
