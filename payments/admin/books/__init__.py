"""Our books against the provider's and the bank's: what differs, files, payouts."""
