"""Known names under every spelling that can find them again.

Each name is read once into a `Form`; a new name finds its like by look-ups, and
is never compared with all. Decides nothing: `resolve` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from .names import normal, split_bracket, tokens
from .shelves import Shelves


@dataclass(frozen=True, slots=True)
class Form:
    """A name as it is compared.

    `bare` is its normal form without a bracket at its end, `bracket` that of what
    the bracket holds. `wording` are its telling words, sorted, and the bracket;
    `frame` its first and last word, "" for names of one word.
    """

    bare: str
    bracket: str
    wording: str
    frame: str

    @property
    def key(self) -> str:
        """The same for two spellings of one name, and for no other."""
        return f"{self.bare}({self.bracket}"


def form_of(name: str) -> Form:
    """Reads a name into its form."""
    before, inside = split_bracket(name)
    bare, bracket = normal(before), normal(inside) if inside else ""
    telling, words = tokens(before), bare.split()
    wording = f"{' '.join(sorted(telling))}({bracket}" if len(telling) > 1 else ""
    frame = f"{words[0]} {words[-1]}" if len(words) > 1 else ""
    return Form(bare, bracket, wording, frame)


def hash_of(form: str) -> int:
    """A number of 64 bits, signed, by which equal forms find one another in a database."""
    digest = blake2b(form.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


class Spellings:
    """Finds the names that may be the same as a new one."""

    def __init__(self) -> None:
        self._keys: Shelves[str] = Shelves()
        self._bare: Shelves[str] = Shelves()
        self._wordings: Shelves[str] = Shelves()
        self._frames: Shelves[str] = Shelves()

    def put(self, name: str, form: Form) -> None:
        """Enters a name."""
        if self._keys.first(form.key) is None:
            self._bare.put(form.bare, name)
        self._keys.put(form.key, name)
        if form.wording:
            self._wordings.put(form.wording, name)
        if form.frame:
            self._frames.put(form.frame, name)

    def take(self, name: str, form: Form) -> None:
        """Takes a name away."""
        self._keys.take(form.key, name)
        self._wordings.take(form.wording, name)
        self._frames.take(form.frame, name)
        self._bare.take(form.bare, name)
        heir = self._keys.first(form.key)
        if heir is not None:
            self._bare.put(form.bare, heir)

    def same(self, form: Form) -> str | None:
        """A name of the same spelling."""
        return self._keys.first(form.key)

    def reworded(self, form: Form) -> str | None:
        """A name of the same telling words, two or more."""
        return self._wordings.first(form.wording) if form.wording else None

    def only_bare(self, form: Form) -> str | None:
        """The one known name that differs by its bracket only; None if there are several."""
        return self._bare.first(form.bare) if self._bare.count(form.bare) == 1 else None

    def framed(self, form: Form, most: int) -> list[str]:
        """Names of the same first and last word; none if more than `most` share them."""
        if not form.frame or self._frames.count(form.frame) > most:
            return []
        return list(self._frames.under(form.frame))
