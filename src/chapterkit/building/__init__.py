"""Chapters on their way to their files, wherever that is done: here, in processes, on a cluster."""
