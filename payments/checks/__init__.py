"""Set-up that cannot work stops the start or is warned of, and each message says what to do."""

from payments.checks import accounts, policy, settings

__all__ = ["accounts", "policy", "settings"]
