"""A Content-Security-Policy that would hold shoppers back from the pages where they pay."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from payments.conf import payment_settings
from payments.providers.capabilities import Capabilities

DIRECTIVE: Final = "form-action"
ANYWHERE: Final = frozenset({"*", "https:"})


@register()
def check_form_action(**_kwargs: Any) -> list[CheckMessage]:
    """A browser holds the redirect after a form against it: the button would do nothing."""
    allowed = _form_action()
    if allowed is None:
        return []
    found: list[CheckMessage] = []
    for name, page in _pages():
        if not any(source in ANYWHERE or fnmatchcase(page, source) for source in allowed):
            hint = (
                f"Add {page} to it. Where {name} shows its page under a domain of yours, add that "
                "and silence this check."
            )
            message = f"form-action of the Content-Security-Policy lacks the page of {name}"
            found.append(Caution(message, hint=hint, id="payments.W003"))
    return found


def _form_action() -> Collection[str] | None:
    """What Django's own policy or that of django-csp allows; None where neither limits forms."""
    by_csp = getattr(settings, "CONTENT_SECURITY_POLICY", None) or {}
    own = getattr(settings, "SECURE_CSP", None) or {}
    for directives in (own, by_csp.get("DIRECTIVES") or {}):
        if sources := directives.get(DIRECTIVE):
            return [sources] if isinstance(sources, str) else list(map(str, sources))
    return None


def _pages() -> Iterator[tuple[str, str]]:
    """Of each provider that is named, where shoppers are sent from a form."""
    try:
        providers = payment_settings().providers
    except ImproperlyConfigured:  # another check says so
        return
    for name, path in providers.items():
        try:
            capabilities: Capabilities = import_string(path).capabilities
        except ImportError:
            continue
        for page in capabilities.fields.pages if capabilities.fields else ():
            yield name, page
