"""Where the parts of a memory lie in its folder. Knows names, not contents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import MemoryNotFound, UsageError
from ..files import bytes_of


@dataclass(frozen=True, slots=True)
class Home:
    """A memory's folder."""

    folder: Path

    @property
    def store(self) -> Path:
        """The SQLite file, the only truth."""
        return self.folder / "memory.sqlite3"

    @property
    def vectors(self) -> Path:
        """Generations of the vector index."""
        return self.folder / "vectors"

    @property
    def words(self) -> Path:
        """Generations of the word index."""
        return self.folder / "words"

    @property
    def graph(self) -> Path:
        """Generations of the knowledge graph."""
        return self.folder / "graph"

    @property
    def states(self) -> Path:
        """The reader's stored attention states; a cache."""
        return self.folder / "states"

    @property
    def answers(self) -> Path:
        """Answers that were given before; a cache."""
        return self.folder / "answers"

    @property
    def adapter(self) -> Path:
        """What its reader was taught, if it was."""
        return self.folder / "adapter"

    @property
    def aside(self) -> Path:
        """What its reader was taught and does not use, each in a folder; used where it is named."""
        return self.folder / "adapters-aside"

    @property
    def calibration(self) -> Path:
        """How sure its reader's answers are, if that was measured."""
        return self.folder / "calibration.json"

    def exists(self) -> bool:
        """Whether a memory has been made here."""
        return self.store.is_file()

    def has_projections(self) -> bool:
        """Whether there is anything that was once made of a store."""
        return any(folder.is_dir() for folder in (self.vectors, self.words, self.graph))

    def require(self) -> None:
        """Raises MemoryNotFound unless a memory has been made here, UsageError for a file."""
        self._require_folder()
        if not self.exists():
            raise MemoryNotFound(
                f"{self.folder} holds no memory; make one with `memctx ingest PATH`, or name "
                "the folder of another (--memory)"
            )

    def create(self) -> None:
        """Makes the folder, which keeps itself out of version control."""
        self._require_folder()
        self.folder.mkdir(parents=True, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")

    def _require_folder(self) -> None:
        if self.folder.is_file():
            raise UsageError(f"{self.folder} is a file; name a folder (--memory)")

    def sizes(self) -> dict[str, int]:
        """Bytes on disk of each part."""
        with_log = [self.store, *(self.store.with_name(self.store.name + end) for end in _LOGS)]
        return {
            "store": sum(bytes_of(path) for path in with_log),
            "vectors": bytes_of(self.vectors),
            "words": bytes_of(self.words),
            "graph": bytes_of(self.graph),
            "states": bytes_of(self.states),
            "answers": bytes_of(self.answers),
        }


_LOGS = ("-wal", "-shm")
