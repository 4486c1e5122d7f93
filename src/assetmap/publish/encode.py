"""Text, addresses, colours and names made safe before they reach a page, a map or a file.

Belongs here: pure encoders and white lists. Does not: templates (they escape by
themselves) and anything that draws.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

from assetmap.cells import csv_cell as csv_cell  # noqa: PLC0414 - publishing takes it from here
from assetmap.errors import PublishError
from assetmap.geography import SLUG_PATTERN

MAX_TEXT: Final = 500
MAX_URL: Final = 2000

_REFERENCED: Final = frozenset("&<>\"'`${}\\/=%#")
_JOINERS: Final = frozenset("\u200c\u200d")
_SPACES: Final = frozenset("\t\n\r\x0b\x0c\x85\u2028\u2029")
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co"})

_URL: Final = re.compile(r"https?://[^\s\"'<>`\\{}|^]+", re.IGNORECASE)
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
_SLUG: Final = re.compile(SLUG_PATTERN)


def plain(value: object, *, max_length: int = MAX_TEXT) -> str:
    """Return ``value`` as text fit to read: NFC, one line, nothing invisible, cut to length.

    Control and bidirectional-override characters go, because they can make a text read
    other than it is written. The two joiners stay: Urdu and Persian are misspelt without.
    """
    if value is None:
        return ""
    text = unicodedata.normalize("NFC", str(value))
    spaced = "".join(" " if c in _SPACES else c for c in text)
    kept = "".join(c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _DROPPED)
    return kept if len(kept) <= max_length else kept[: max_length - 1] + "…"


def encode(value: object, *, max_length: int = MAX_TEXT) -> str:
    """Return ``value`` as text in which no character has a meaning to HTML, script or Jinja.

    Each special character becomes a numeric character reference, which a browser turns
    back into the character that was written.
    """
    text = plain(value, max_length=max_length)
    return "".join(f"&#{ord(c)};" if c in _REFERENCED else c for c in text)


def safe_url(value: object) -> str:
    """Return an http or https address as it stands, and ``""`` for anything else.

    An address longer than ``MAX_URL`` is none: cut short, it would lead somewhere else.
    """
    text = plain(value, max_length=MAX_URL + 1).strip()
    if len(text) > MAX_URL or not _URL.fullmatch(text):
        return ""
    try:
        host = urlsplit(text).hostname
    except ValueError:
        return ""
    return text if host else ""


def safe_colour(value: str) -> str:
    """Return a colour of the form ``#rrggbb``; anything else raises PublishError."""
    if not _COLOUR.fullmatch(value):
        message = f"colour {plain(value)!r} is not #rrggbb. Mend the map's style."
        raise PublishError(message)
    return value


def safe_key(value: str) -> str:
    """Return a property name of lower-case letters, digits and ``_``; else PublishError.

    folium writes names of properties into script unquoted: ``Site Name`` blanks a map.
    """
    if not _KEY.fullmatch(value):
        message = f"property {plain(value)!r} is not a plain name. Rename it."
        raise PublishError(message)
    return value


def safe_slug(value: object) -> str:
    """Return an id that may stand in a file name; else PublishError."""
    text = str(value)
    if not _SLUG.fullmatch(text):
        message = (
            f"site_id {plain(text)!r} cannot be a file name. Use lower-case letters, digits, "
            "hyphens and underscores."
        )
        raise PublishError(message)
    return text
