"""Numbers against the sources' own text.

From the outside in: `check` goes through a ledger source by source, `search` judges one number in
one source with the help of `forms` (how it may be printed), `labels` and `arms` (whose number it
is), `columns` (under which head of a table) and `outline` (sections, captions, locators, with
`ordinals`); `texts` reads and normalises sources in the order that `layout` finds, `harvesting`
lists what a source offers. What was established is kept by `manuscript.lock`.
"""
