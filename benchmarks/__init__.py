"""Programs that drive the whole shop from outside: smoke, replay and what they share."""
