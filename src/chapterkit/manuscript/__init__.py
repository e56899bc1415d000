"""What the author's files say, read and validated: every value knows its line."""
