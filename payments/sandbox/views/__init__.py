"""The doors of the bank: the API, the hosted page, and what is said when a door is missing."""
