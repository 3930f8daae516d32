"""The tables of the store: the only truth that a memory has.

Written with SQLAlchemy so that SQLite and PostgreSQL share one definition. What
may be derived (indexes, graphs, reader states) has no table here.

`chunks.hash` addresses what was embedded: the chunk with its title, heading and
context. Two chunks with the same hash share one vector per model. In the same way
`extractions.hash` addresses the bare text that names and facts were read from:
offsets in `mentions` and `facts` count from the start of that text.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
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
    Column("what", String, nullable=False),  # "add", "remove"; "read": names and facts
    Column("document_id", BigInteger, nullable=False),
    Column("first_chunk", BigInteger, nullable=False),
    Column("last_chunk", BigInteger, nullable=False),  # inclusive
    sqlite_autoincrement=True,
)

# --- the knowledge graph: what was read from the chunks' texts ------------------------

extractors = Table(
    "extractors",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("fingerprint", String, nullable=False, unique=True),
)

extractions = Table(
    "extractions",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("extractor_id", ForeignKey("extractors.id"), nullable=False, index=True),
)

# Which extraction a chunk has; a chunk that was never read has none.
readings = Table(
    "readings",
    metadata,
    Column("chunk_id", ForeignKey("chunks.id", ondelete="CASCADE"), primary_key=True),
    Column("extraction_id", ForeignKey("extractions.id"), nullable=False, index=True),
)

# A name as it is spelled. `entity_id` is the smallest id among the names of the same
# entity, `grouped` the change at which that was last settled. The last three are hashes
# by which the names that may be the same are found again.
names = Table(
    "names",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("text", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("entity_id", BigInteger, nullable=False, index=True),
    Column("grouped", BigInteger, nullable=False, index=True),
    Column("bare", BigInteger, nullable=False, index=True),
    Column("wording", BigInteger, index=True),
    Column("frame", BigInteger, index=True),
    sqlite_autoincrement=True,  # ids are never used twice: the graph relies on it
)

mentions = Table(
    "mentions",
    metadata,
    Column("extraction_id", ForeignKey("extractions.id", ondelete="CASCADE"), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, primary_key=True),
    Column("name_id", ForeignKey("names.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    sqlite_with_rowid=False,
)

facts = Table(
    "facts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column(
        "extraction_id",
        ForeignKey("extractions.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("subject_id", ForeignKey("names.id"), nullable=False, index=True),
    Column("relation", String, nullable=False),
    Column("object_id", ForeignKey("names.id"), nullable=False, index=True),
    Column("time", String),
    Column("start", Integer, nullable=False),  # of the sentence that states it
    Column("end", Integer, nullable=False),
)

# What a text says of two names.
aliases = Table(
    "aliases",
    metadata,
    Column("extraction_id", ForeignKey("extractions.id", ondelete="CASCADE"), primary_key=True),
    Column("name_id", ForeignKey("names.id"), primary_key=True, index=True),
    Column("alias_id", ForeignKey("names.id"), primary_key=True, index=True),
    Column("why", String, nullable=False),
    sqlite_with_rowid=False,
)

# Two names of one entity, and why. A person may part them: then they stay two.
merges = Table(
    "merges",
    metadata,
    Column("kept_id", ForeignKey("names.id", ondelete="CASCADE"), primary_key=True),
    Column("merged_id", ForeignKey("names.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("why", String, nullable=False),
    Column("score", Float, nullable=False),
    Column("parted", Boolean, nullable=False, default=False),
)

# What a document is about, by its title.
subjects = Table(
    "subjects",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("name_id", ForeignKey("names.id"), nullable=False, index=True),
)

# --- summaries: what was made of a document's sentences --------------------------------

# The vectors of a stretch of sentences, by the hash of their texts and of who made them.
# Belongs to a key and not to a document, so that it outlives an edit of that document.
summary_parts = Table(
    "summary_parts",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("collection", String, nullable=False),
    Column("key", String, nullable=False),
    Column("vectors", LargeBinary, nullable=False),  # fp16, little-endian, sentence by sentence
    Index("summary_parts_by_key", "collection", "key"),
    sqlite_with_rowid=False,
)

# What a stretch of a document comes to: some of its sentences, by their numbers within it, and
# the vector of these. By the hash of the stretch and of who made it, and by the document's key,
# as above. `spans` say where the sentences stand in the version of the document that has the
# number `document_id`. No sentences: looked at, and there is nothing to say.
summary_nodes = Table(
    "summary_nodes",
    metadata,
    Column("collection", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    Column("model_id", ForeignKey("models.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("document_id", BigInteger, nullable=False, index=True),
    Column("picks", JSON, nullable=False),
    Column("spans", JSON, nullable=False),
    Column("vector", LargeBinary, nullable=False),  # fp16, little-endian, unit length
    sqlite_with_rowid=False,
)
