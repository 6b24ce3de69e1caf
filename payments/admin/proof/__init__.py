"""Pages that prove a day: accounts, the days of a month, and one day with all its reasons."""

from payments.admin.proof.pages import ProofAdmin

__all__ = ["ProofAdmin"]
