"""What a file is, told from its first bytes, never from its name.

Belongs here: naming the kind of a file. Does not: whether it is whole (``contents.py``), nor
reading it (``readers.py``, ``workbook.py``, ``layers/``).
"""

from __future__ import annotations

import codecs
from typing import Final

HEAD_BYTES: Final = 4_096

ZIP: Final = "a ZIP archive"
EMPTY: Final = "an empty file"
PAGE: Final = "an HTML page"
XML: Final = "an XML document"
JSON: Final = "JSON"
TEXT: Final = "text"

_MAGIC: Final = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "a workbook of Excel before 2007, or one with a password"),
    (b"SQLite format 3\x00", "an SQLite database"),
)


def kind_of(head: bytes) -> str:
    """Name what a file is by its first :data:`HEAD_BYTES`, with its article."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    text = decode_head(head)
    if text is None:
        return "binary data"
    start = text.removeprefix("\ufeff").lstrip()
    if not start:
        return EMPTY
    if start.startswith("<"):
        lowered = start.lower()
        is_page = "<html" in lowered or lowered.startswith(("<!doctype html", "<head", "<body"))
        return PAGE if is_page else XML
    return JSON if start.startswith(("{", "[")) else TEXT


def decode_head(head: bytes) -> str | None:
    """Return the first bytes of a text, or None where they are none."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")("replace").decode(head)
    if b"\0" in head:
        return None
    for encoding in ("utf-8", "cp1252"):
        try:
            # Incremental: a character may be cut in two where the head ends.
            return codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
    return None
