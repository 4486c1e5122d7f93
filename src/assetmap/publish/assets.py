"""Files that pages load: Leaflet from its pinned package, and our own styles and scripts.

Belongs here: where each script and style comes from, and the check that no style sheet
loads another file. Scripts are not checked here: the Content-Security-Policy of every page
(``site.py``) keeps them from other hosts. Does not: what a page or a map holds.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

from assetmap.errors import PublishError

OWN_FILES: Final = ("site.css", "site.js", "map.js")

_STATIC: Final = Path(__file__).parent / "static"
_CSS_URL: Final = re.compile(r"url\(\s*['\"]?\s*([^'\")\s]*)", re.IGNORECASE)
_CSS_IMPORT: Final = re.compile(r"@import", re.IGNORECASE)


def local_name(url: str) -> str:
    """Return the file name under ``assets/`` that stands for a third party's ``url``.

    Raises
    ------
    PublishError
        No pinned package carries that file, so a page would ask another host for it.
    """
    _text_of(url)
    return PurePosixPath(url).name


def write_vendored(urls: tuple[str, ...], folder: Path) -> None:
    """Write the file of each of ``urls`` into ``folder`` under its local name."""
    for url in urls:
        text = _text_of(url)
        if url.endswith(".css"):
            check_stylesheet(text, url)
        (folder / local_name(url)).write_text(text, encoding="utf-8", newline="\n")


def write_own(folder: Path) -> None:
    """Copy our own styles and scripts into ``folder``."""
    for name in OWN_FILES:
        text = (_STATIC / name).read_text(encoding="utf-8")
        if name.endswith(".css"):
            check_stylesheet(text, name)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def check_stylesheet(text: str, name: str) -> None:
    """Raise PublishError where a style sheet loads anything that is not inside itself."""
    remote = [u for u in _CSS_URL.findall(text) if not u.startswith(("data:", "#"))]
    if _CSS_IMPORT.search(text):
        remote.append("@import")
    if remote:
        message = (
            f"{name}: the style sheet loads {len(remote)} other files, e.g. {remote[0]!r}. "
            "Use a style sheet that holds all it needs."
        )
        raise PublishError(message)


@cache
def _resources() -> dict[str, str]:
    from offlinefolium.elements import _res  # noqa: PLC0415 - loads 6 MB of text

    return {str(url): str(text) for url, text in _res.items()}


def _text_of(url: str) -> str:
    try:
        return _resources()[url]
    except KeyError:
        message = (
            f"map asset {url!r} is not in the package folium-offline, so the page would need "
            "the internet. Pin folium and folium-offline to the same release."
        )
        raise PublishError(message) from None
