"""The language server: problems as one types, and what an editor may ask about a name.

`checking`, `places`, `hover`, `completion`, `definition`, `actions` and `positions` are plain
functions on book, text and place; `convert`, `desk`, `server` and `features` know the protocol.
"""
