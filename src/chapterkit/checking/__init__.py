"""A check as a whole: which texts, run how, what is accepted, what is mended."""
