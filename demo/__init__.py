"""Fernhill, an imagined small shop that installs Till: an installer in miniature."""
