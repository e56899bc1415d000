"""One module a rule: docstring (its page), SEVERITY, NEEDS, Options, check."""
