"""What every page has: a path, a title, a summary, and its notes in order.

Belongs here: :class:`Page`, :class:`Notes`, the links to downloads. Does not: the content
of any one page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from assetmap.publish.exports import FORMATS, formats
from assetmap.publish.tables import Download

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assetmap.publish.maps import MapSpec

ROW_LIMIT: Final = 400
"""Rows of one table in a page; beyond, the page points to the CSV file."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page: ``path`` is relative to the site's root, ``template`` draws ``content``."""

    path: str
    template: str
    title: str
    summary: str
    content: Mapping[str, Any]
    map_spec: MapSpec | None = None

    @property
    def root(self) -> str:
        """The way from the page back to the site's root."""
        return "../" * self.path.count("/")


@dataclass
class Notes:
    """Caveats of one page, numbered in the order in which the page first needs them."""

    meanings: Mapping[str, str]
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, caveats: Iterable[str]) -> tuple[int, ...]:
        """Return the note numbers of ``caveats``, new ones added at the end."""
        found = {self._numbers.setdefault(c, len(self._numbers) + 1) for c in caveats}
        return tuple(sorted(found))

    @property
    def texts(self) -> tuple[str, ...]:
        """The notes, in order; a caveat without a meaning shows its key."""
        return tuple(self.meanings.get(caveat, caveat) for caveat in self._numbers)


def downloads(name: str) -> tuple[Download, ...]:
    """Return the links to every format of one download; KeyError if there is none."""
    return tuple(
        Download(href=f"data/{name}.{ending}", label=FORMATS[ending]) for ending in formats(name)
    )
