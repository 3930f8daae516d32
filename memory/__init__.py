"""What is remembered and how it is found: the store, the indexes on it, the embedder."""
