"""Manuscripts that were not written for chapterkit, brought in: what changes, and what is left."""
