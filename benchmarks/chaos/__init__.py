"""`make chaos`: shoppers, staff, workers and a bank of its own, under every fault, by seed."""
