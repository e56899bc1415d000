"""Quantities in the text against the numbers of the ledger, and those against their sources."""
