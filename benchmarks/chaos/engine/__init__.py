"""PostgreSQL with a connection that can be cut, and commits before and after which one can die."""
