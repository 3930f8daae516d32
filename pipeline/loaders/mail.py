"""Mails (eml): one document for the message, and one item for each attachment.

The head's fields stand in the text, so that a question about who wrote is answered from
it, and in the metadata, so that a search can be narrowed to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from mimetypes import guess_extension
from typing import TYPE_CHECKING

from ...errors import LoadError
from ...records import Document, Json
from .base import Item, Loader
from .draft import Draft
from .encoding import clean, decode
from .html import add_html

if TYPE_CHECKING:
    from email.message import EmailMessage, MIMEPart

_LONG_FIELD = 10_000
"""Characters past which a field is not decoded, which takes time with the square of them."""

_SHOWN = ("From", "To", "Cc", "Date")


def load_eml(item: Item) -> Iterator[Document | Item]:
    """The message as a document, then what is attached to it."""
    from email import message_from_binary_file, policy

    with item.open() as stream:
        message = message_from_binary_file(stream, policy=policy.default)
    if not message.keys():
        raise LoadError("is no mail: it has no head")
    yield _message(item, message)
    taken: set[str] = set()
    for number, part in enumerate(_attachments(message), 1):
        name = _name(part, number)
        if name in taken:
            name = f"{number}-{name}"
        taken.add(name)
        yield item.child(name, partial(_bytes, part))


def _message(item: Item, message: EmailMessage) -> Document:
    draft = Draft()
    fields = {name: _field(message, name) for name in _SHOWN}
    subject = _field(message, "Subject")
    draft.heading(subject, 1)
    draft.block("\n".join(f"{name}: {value}" for name, value in fields.items() if value))
    body = message.get_body(preferencelist=("plain", "html"))
    if body is not None:
        text = decode(_bytes(body), body.get_content_charset()).text
        if body.get_content_subtype() == "html":
            add_html(draft, text)
        else:
            draft.block(text)
    draft.title = subject
    draft.metadata = {**_metadata(message), **draft.metadata}
    return draft.finish(item)


def _metadata(message: EmailMessage) -> dict[str, Json]:
    date = message["Date"]
    when = getattr(date, "datetime", None)
    return {
        "from": _field(message, "From"),
        "to": _field(message, "To"),
        "cc": _field(message, "Cc"),
        "date": when.isoformat() if when else _field(message, "Date"),
        "message_id": _field(message, "Message-ID"),
    }


def _field(message: EmailMessage, name: str) -> str:
    """A head field on one line. Bytes that were not encoded as they should be are guessed."""
    raw = {key.lower(): str(value) for key, value in message.raw_items()}.get(name.lower(), "")
    if len(raw) > _LONG_FIELD:
        value = raw
    elif raw.isascii():
        value = str(message.get(name, ""))
    else:  # undecoded bytes, as surrogates
        charset = message.get_content_charset()
        value = decode(raw.encode("utf-8", "surrogateescape"), charset).text
    return " ".join(clean(value).split())


def _attachments(message: EmailMessage) -> Iterator[EmailMessage]:
    """What is attached. Pictures that the text shows in its lines are part of its look."""
    for part in message.iter_attachments():
        inline = part.get_content_disposition() == "inline" or "Content-ID" in part
        if not (inline and part.get_content_maintype() == "image"):
            yield part


def _name(part: EmailMessage, number: int) -> str:
    name = clean(part.get_filename() or "").replace("\\", "/").rpartition("/")[2].strip()
    if name:
        return name
    suffix = ".eml" if part.get_content_maintype() == "message" else None
    return f"attachment-{number}{suffix or guess_extension(part.get_content_type()) or ''}"


def _bytes(part: MIMEPart) -> bytes:
    """What a part holds, out of its transfer encoding."""
    if part.get_content_maintype() == "message":
        return bytes(part.get_content())
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


FORMATS: dict[str, Loader] = {".eml": load_eml}
