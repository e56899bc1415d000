"""What a release is made of, and how it is proved: `make dist`, `make release`, `make audit`."""
