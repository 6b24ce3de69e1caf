"""What the bank reports of its books: settlement reports, bank statements, and their faults."""
