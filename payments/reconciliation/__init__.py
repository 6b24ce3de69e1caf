"""Our books against the provider's and the bank's: import, match, explain, post."""
