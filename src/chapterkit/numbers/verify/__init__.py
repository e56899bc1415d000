"""Numbers against the sources' own text.

From the outside in: `check` goes through a ledger source by source, `search` judges one number in
one source with the help of `forms` (how it may be printed), `labels` (whose number it is) and
`outline` (sections, captions, locators); `texts` reads and normalises sources, `harvesting` lists
what a source offers. What was established is kept by `manuscript.lock`.
"""
