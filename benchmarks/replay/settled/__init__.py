"""The reports of the replayed months: faulty ones, what is found in them, and their correction."""
