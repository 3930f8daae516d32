"""The knowledge graph: what texts say of whom, and which names are one entity."""
