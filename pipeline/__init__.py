"""The flows: load, split and ingest; retrieve, fuse and read."""
