"""Write the schema files."""

from chapterkit.schemas import write

write()
