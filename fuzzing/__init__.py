"""Campaigns that look for inputs which break what chapterkit promises; `make fuzz` runs them."""
