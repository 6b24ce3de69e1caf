"""What runs inside the shop's processes: they are forked from a warm parent and told what to do."""
