"""The adapter of the sandbox bank; it speaks to it over HTTP only."""

from payments.providers.sandbox.provider import SandboxProvider

__all__ = ["SandboxProvider"]
