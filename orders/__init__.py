"""What was sold, for how much, and where it stands."""
