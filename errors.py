"""Every error that memctx raises on purpose.

    MemctxError
    ├── UsageError              the call itself makes no sense
    ├── ConfigError             a setting has a value that cannot work
    ├── MissingDependency       an optional package is not installed
    ├── ModelError
    │   ├── ModelNotFound       weights are not on this machine
    │   ├── ModelIntegrityError a file is not the one the catalogue names
    │   └── ModelDownloadError  a pull could not finish
    ├── LoadError               a file cannot become a document; it is skipped
    ├── ExtractionError         names and facts could not be read from a text
    ├── StoreError
    │   ├── MemoryNotFound      no memory in that folder
    │   ├── MemoryLocked        another process is writing
    │   ├── SchemaError         made by a newer version, or not ours
    │   ├── CorruptMemory       the store itself is damaged
    │   ├── DiskFull            there is no room to write
    │   ├── ReadOnlyMemory      it may be read and not written
    │   ├── DocumentNotFound    no such document
    │   ├── CollectionNotFound  no such collection
    │   ├── EntityNotFound      no such name in the graph
    │   └── KeyConflict         two documents claim one key
    ├── FingerprintMismatch     vectors or states made by another model
    └── ReaderError             the reader cannot answer
        └── EndpointError       a remote reader refused or broke off

A message says what was expected, what was found and what to do, in one line.
This module knows nothing of exit codes or printing: the command line does.
"""


class MemctxError(Exception):
    """Base of all errors that a caller may want to catch."""


class UsageError(MemctxError):
    """The arguments contradict one another or name something that cannot be."""


class WindowTooSmall(UsageError):
    """The window has no room for a passage beside a question."""


class ConfigError(MemctxError):
    """A setting is unknown, malformed or out of range."""


class MissingDependency(MemctxError):
    """A feature needs a package that is not installed."""


class ModelError(MemctxError):
    """Something is wrong with a model's weights."""


class OldAdapter(ModelError):
    """An adapter was trained for an earlier way of reading."""


class OldCalibration(ModelError):
    """A calibration was measured by an earlier way of answering."""


class ModelNotFound(ModelError):
    """The weights are not on this machine; the message names the pull command."""


class ModelIntegrityError(ModelError):
    """A file's sha256 differs from the catalogue's; both are in the message."""


class ModelDownloadError(ModelError):
    """No source could deliver the weights; the message lists what was tried."""


class LoadError(MemctxError):
    """One input cannot be read as a document. Ingestion records it and goes on."""


class ExtractionError(MemctxError):
    """A worker that reads names and facts ended early."""


class StoreError(MemctxError):
    """Something is wrong with a memory on disk."""


class MemoryNotFound(StoreError):
    """The folder holds no memory."""


class MemoryLocked(StoreError):
    """Another process holds the writer lock; the message names its pid."""


class SchemaError(StoreError):
    """The store was made by a newer version, or is not a memctx store."""


class CorruptMemory(StoreError):
    """The store is damaged beyond what its projections can mend."""


class DiskFull(StoreError):
    """There is no room left to write; what was written before is kept."""


class ReadOnlyMemory(StoreError):
    """The memory, or a file to be written, may only be read."""


class DocumentNotFound(StoreError):
    """No document has that key."""


class CollectionNotFound(StoreError):
    """No collection has that name; the message lists those there are."""


class EntityNotFound(StoreError):
    """The graph knows no such name; the message lists names that come near."""


class KeyConflict(StoreError):
    """Two roots, or two collections that are to be one, have a document of the same key."""


class FingerprintMismatch(MemctxError):
    """The memory's vectors or states were made by a different model."""


class ReaderError(MemctxError):
    """The reader cannot read this window."""


class EndpointError(ReaderError):
    """A remote reader refused, timed out or answered something unreadable."""
