"""Two states of a book compared."""
