"""From a shop's sales files to products on the shelves: read, gather, shelve, report."""
