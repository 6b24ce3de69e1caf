"""Our books against the provider's and the bank's: what does not agree, and what became of it."""
