"""From templates to a document: rendering, origins, pandoc's tree, blocks and prose."""
