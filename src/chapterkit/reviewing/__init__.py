"""A chapter as an editor reads it: its text in pieces, and all that is known of each."""
