"""What the hot paths cost, each beside a view that only inserts a row: `make bench`."""
