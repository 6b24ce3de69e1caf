"""Mutation tests of the money core: each line is changed, and a test must notice."""
