"""`make reconcile-bench`: a million settlement lines with every kind of fault, found again."""
