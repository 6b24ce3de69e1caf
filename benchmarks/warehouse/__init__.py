"""The installer of the replay: whatever was sold, in exactly the quantity that was sold."""
