"""One module a rule: docstring (its page), GROUP, SEVERITY, NEEDS, Options, check."""
