"""A rule and a format for chapterkit."""
