"""Every link of a finished site leads somewhere.

Belongs here: finding links in pages and where they lead. Does not: asking the internet whether
an outside address answers; those are only looked at for their scheme.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from assetmap.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_LINKS: Final = ("href", "src", "data", "poster")
_OUTSIDE: Final = ("http", "https", "mailto")
_TEXT_DATA: Final = "data"
_SHOWN: Final = 3


class _Reader(HTMLParser):
    """Collects the links of one page, and the names that it can be entered by."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str]] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name == "id" or (name == "name" and tag == "a"):
                self.names.add(value)
            elif name in _LINKS:
                self.links.append((tag, value))


def require_links(site: Path) -> int:
    """Return how many links the pages below ``site`` have, all of them leading somewhere.

    Raises
    ------
    PublishError
        A link leads to no file of the site, to no place on a page, or out of the site; a page
        loads something from elsewhere.
    """
    files = {p.relative_to(site).as_posix(): p for p in sorted(site.rglob("*")) if p.is_file()}
    pages = {name: _read(path) for name, path in files.items() if name.endswith(".html")}
    broken = [
        f"{page}: {link} ({fault})"
        for page, reader in pages.items()
        for tag, link in reader.links
        if (fault := _fault_of(tag, link, page, files, pages))
    ]
    if broken:
        shown = "".join(f"\n  - {text}" for text in broken[:_SHOWN])
        message = (
            f"{site.name}: {len(broken)} links of the new site lead nowhere:{shown}\n"
            "The published site is unchanged. This is a fault of a page; report it."
        )
        raise PublishError(message)
    return sum(len(reader.links) for reader in pages.values())


def _read(path: Path) -> _Reader:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader


def _fault_of(
    tag: str, link: str, page: str, files: Collection[str], pages: dict[str, _Reader]
) -> str | None:
    """Return why a link leads nowhere, or None."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return "it cannot be read"
    if parts.scheme or parts.netloc:
        return _fault_outside(tag, parts.scheme)
    target = _resolve(page, unquote(parts.path)) if parts.path else page
    if target is None:
        return "it leads out of the site"
    if target not in files:
        return "there is no such file"
    is_place = not parts.fragment or target not in pages
    if is_place or unquote(parts.fragment) in pages[target].names:
        return None
    return "there is no such place on that page"


def _fault_outside(tag: str, scheme: str) -> str | None:
    if tag == "a" and scheme in _OUTSIDE:
        return None
    if tag != "a" and scheme == _TEXT_DATA:
        return None
    return "a page may load nothing from elsewhere" if tag != "a" else "of no allowed kind"


def _resolve(page: str, path: str) -> str | None:
    """Return the file of the site that a relative path on a page means; None outside of it."""
    if path.startswith("/"):  # the root of a disk, when the site is opened from a folder
        return None
    parts = list(PurePosixPath(page).parent.parts)
    for part in PurePosixPath(path).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    name = "/".join(parts)
    return f"{name}/index.html".lstrip("/") if path.endswith("/") or not name else name
