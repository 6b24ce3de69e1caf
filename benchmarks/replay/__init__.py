"""A real shop's months sold again through cart, checkout, bank, webhook and worker."""
