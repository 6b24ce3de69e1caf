"""The acts: one module a verb."""
