"""What the bank needs around it, where it is started with the settings of a shop's site."""

from django.conf import settings
from django.utils.translation import trans_real

URLS = "payments.sandbox.urls"
OWN = {
    "ROOT_URLCONF": URLS,
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "TEMPLATES": [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    "STORAGES": {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    },
    "LANGUAGE_CODE": "en",
    "LANGUAGES": [("en", "English"), ("zh-hans", "简体中文")],
    "STATIC_URL": "/static/",
    "CSRF_FAILURE_VIEW": "payments.sandbox.views.missing.csrf_failed",
    # Cookies ignore the port: the shop's must not be replaced, nor be asked for over https.
    "CSRF_COOKIE_NAME": "bank_csrftoken",
    "CSRF_COOKIE_SECURE": False,
    "SECURE_SSL_REDIRECT": False,
    "FORCE_SCRIPT_NAME": None,
}


def stand_alone() -> None:
    """Make this process the bank's alone; settings that are the bank's stay as they are."""
    if settings.ROOT_URLCONF == URLS:
        return
    for name, value in OWN.items():
        setattr(settings, name, value)
    # The system checks have read the site's languages already.
    trans_real.reset_cache(setting="LANGUAGES")
