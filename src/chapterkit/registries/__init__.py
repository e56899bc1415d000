"""What public registries know of a source, and whether an address still leads somewhere.

Only commands that were asked to go online come here; a build never does, nor a plain check.
"""
