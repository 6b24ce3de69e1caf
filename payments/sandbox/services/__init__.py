"""What the bank does, one act per module."""
