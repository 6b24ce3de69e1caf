"""How the money moves, and whether every cent is accounted for."""
