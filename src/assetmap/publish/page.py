"""What every page has: a path, a title, a summary, and its notes in order.

Belongs here: :class:`Page`, :class:`Notes`, the links to downloads, the label of synthetic
data. Does not: the content of any one page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from assetmap.fields import SYNTHETIC
from assetmap.publish.exports import FORMATS, file_name, formats
from assetmap.publish.tables import Download

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assetmap.publish.maps import MapSpec

ROW_LIMIT: Final = 400
"""Rows of one table in a page; beyond, the page points to the CSV file."""

_MADE_UP: Final = (
    "Synthetic data: the people and answers on this page were made up to show how the system "
    "works. They are not results."
)
SYNTHETIC_BANNERS: Final = {
    "figures": _MADE_UP,
    "section": f"{_MADE_UP} This is about what residents of the ward said; the other figures on "
    "the page come from the sources that the data page names.",
    "files": "Synthetic data: the files whose names end in “_synthetic” hold people and answers "
    "that were made up to show how the system works. They are not results.",
}
"""What a page says of made-up people, by what it has of them."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page: ``path`` is relative to the site's root, ``template`` draws ``content``.

    ``survey`` says what of the survey stands on the page: nothing but figures of it, a
    section with such figures, links to its files, or nothing.
    """

    path: str
    template: str
    title: str
    summary: str
    content: Mapping[str, Any]
    map_spec: MapSpec | None = None
    survey: Literal["", "figures", "section", "files"] = ""

    def banner(self, survey_state: str) -> str:
        """Return what the page must say of made-up people, or ``""``."""
        if survey_state != SYNTHETIC or not self.survey:
            return ""
        return SYNTHETIC_BANNERS[self.survey]

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


def downloads(name: str, survey_state: str = "") -> tuple[Download, ...]:
    """Return the links to every format of one download; KeyError if there is none.

    ``survey_state`` is needed for a download of people, whose file name depends on it.
    """
    stem = file_name(name, survey_state)
    return tuple(
        Download(href=f"data/{stem}.{ending}", label=FORMATS[ending]) for ending in formats(name)
    )
