"""Stripe's stand-in at the seam of a run."""
