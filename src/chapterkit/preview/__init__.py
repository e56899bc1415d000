"""A page that shows a text in a browser of this machine, and follows it as it changes.

It knows nothing of books: what it shows is made by whoever starts it.
"""
