"""Who must keep the contract: a provider names its rig here, and every test runs for it too."""

from __future__ import annotations

from typing import Final

RIGS: Final = {
    "sandbox": "tests.contract.rigs.sandbox.SandboxRig",
    "stripe": "tests.contract.rigs.stripe.StripeRig",
}
"""Provider, as PAYMENTS["providers"] names it -> dotted path of its rig, called with a folder."""
