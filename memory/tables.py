"""The tables of the store: the only truth that a memory has.

Written with SQLAlchemy so that SQLite and PostgreSQL share one definition. What
may be derived (indexes, graphs, reader states) has no table here.

`chunks.hash` addresses what was embedded: the chunk with its title, heading and
context. Two chunks with the same hash share one vector per model.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# SQLite only counts a column named INTEGER as its row id.
_Id = BigInteger().with_variant(Integer, "sqlite")

settings = Table(
    "settings",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("fingerprint", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("width", Integer, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("collection", String, nullable=False),
    Column("root", String, nullable=False),
    Column("key", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("sha256", String, nullable=False),
    Column("loader", String, nullable=False),
    UniqueConstraint("collection", "root", "key"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("collection", String, nullable=False),
    Column("key", String, nullable=False),
    Column("root", String, nullable=False),
    Column("source", String, nullable=False),
    Column("title", String, nullable=False),
    Column("uri", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", String, nullable=False),
    Column("metadata", JSON, nullable=False),
    UniqueConstraint("collection", "key"),
    Index("documents_by_source", "collection", "root", "source"),
    sqlite_autoincrement=True,  # ids are never used twice: projections rely on it
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer),
    Column("heading", String, nullable=False),
    Column("context", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("chunks_by_document", "document_id", "id"),
    Index("chunks_by_hash", "hash"),
    sqlite_autoincrement=True,
)

vectors = Table(
    "vectors",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("model_id", ForeignKey("models.id"), primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # fp16, little-endian, unit length
    sqlite_with_rowid=False,
)

changes = Table(
    "changes",
    metadata,
    Column("sequence", _Id, primary_key=True),
    Column("what", String, nullable=False),  # "add" or "remove"
    Column("document_id", BigInteger, nullable=False),
    Column("first_chunk", BigInteger, nullable=False),
    Column("last_chunk", BigInteger, nullable=False),  # inclusive
    sqlite_autoincrement=True,
)
