"""The scan of a finished site for anything personal, just before it is published.

Belongs here: the four questions that are asked of a folder: does it hold a given secret
(:func:`find_leaks`), the shape of contact data (:func:`find_patterns`), a point beside a
home (:func:`find_points`), a restricted value (:func:`scan_site`). Does not: deciding what
may be published (``gate.py``); this is the wall behind the gate.

No result and no message ever holds a value. What cannot be read is a finding as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from assetmap.disclosure.leak_points import make_homes, points_of
from assetmap.disclosure.leak_search import LEAST_LETTERS, Needle, NeedleIndex, make_needles
from assetmap.disclosure.leak_shapes import find_shapes
from assetmap.disclosure.leak_text import canonical
from assetmap.disclosure.leak_views import FILE_NAME, View, list_files, read_views
from assetmap.disclosure.leak_words import is_distinctive
from assetmap.errors import DisclosureError
from assetmap.postcodes import normalise_postcode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

WHOLE_FILE: Final = "the whole file"
"""The name of a leak that is a file as such: a database, or one that cannot be read."""
NEAR_HOME: Final = "a point near a home"

_SHOWN: Final = 20
_REVERSED: Final = "\0reversed"


@dataclass(frozen=True, order=True)
class Leak:
    """Something in a published file that should not be there; never its value.

    ``file`` is the path below the folder, ``name`` says what was found (the name of a canary,
    a kind of value, or :data:`WHOLE_FILE`), ``encoding`` how it was written.
    """

    file: str
    name: str
    encoding: str

    def __str__(self) -> str:
        return f"{self.file}: {self.name} ({self.encoding})"


def find_leaks(folder: Path, canaries: Mapping[str, str]) -> list[Leak]:
    """Return where ``folder`` holds one of ``canaries`` (name → secret value), in any disguise.

    A value of fewer than eight letters and digits must be a word of its own, unless it mixes
    six or more of both; a number must not be part of a longer one, unless it is a telephone
    number with its first zero. Each canary is reported once a file, in its plainest form.

    Raises
    ------
    DisclosureError
        A canary has fewer than three letters or digits, so it cannot be looked for.
    MissingInputError
        There is no such folder.
    """
    needles = {name: make_needles(name, value) for name, value in canaries.items()}
    short = [name for name, found in needles.items() if not found]
    if short:
        message = (
            f"leak scan: {len(short)} canaries have fewer than {LEAST_LETTERS} letters or digits, "
            f"e.g. {short[0]!r}, so they cannot be looked for. Give longer ones."
        )
        raise DisclosureError(message)
    return _scan(folder, _searcher(needle for found in needles.values() for needle in found))


def find_patterns(
    folder: Path,
    *,
    allowed_postcodes: Iterable[str] = (),
    allowed_emails: Iterable[str] = (),
) -> list[Leak]:
    """Return where ``folder`` holds contact data by its shape.

    Telephone numbers of the United Kingdom, e-mail addresses, National Insurance numbers and
    pseudonyms are found anywhere. Full postcodes are found unless they are among
    ``allowed_postcodes``, those of published organisations. ``allowed_emails`` is for
    addresses in the licence texts of third-party scripts.
    """
    postcodes = frozenset(map(normalise_postcode, allowed_postcodes))
    emails = frozenset(email.casefold() for email in allowed_emails)

    def examine(view: View, _known: set[str]) -> Iterator[str]:
        if not view.is_guess:
            yield from find_shapes(view.text, postcodes, emails)

    return _scan(folder, examine)


def find_points(
    folder: Path,
    homes: np.ndarray,
    allowed: np.ndarray,
    *,
    outlines: np.ndarray | None = None,
    distance_m: float = 100.0,
) -> list[Leak]:
    """Return which files of ``folder`` hold a coordinate nearer than ``distance_m`` to a home.

    Parameters
    ----------
    folder
        The published site.
    homes
        Longitude and latitude of each home, one row each.
    allowed
        Longitude and latitude of published organisations; a coordinate within 1 m of one
        may stand beside a home.
    outlines
        Longitude and latitude of the vertices of public outlines, which may so too.
    distance_m
        Metres.
    """
    if not len(homes):
        return []
    vertices = np.empty((0, 2)) if outlines is None else outlines
    public = np.concatenate([np.reshape(allowed, (-1, 2)), np.reshape(vertices, (-1, 2))])
    near = make_homes(homes, public, distance_m)

    def examine(view: View, _known: set[str]) -> Iterator[str]:
        if not view.is_guess and near.count_near(points_of(view)):
            yield NEAR_HOME

    return _scan(folder, examine)


def scan_site(
    folder: Path, secrets: Mapping[str, Iterable[str]], *, allowed: Iterable[str] = ()
) -> None:
    """Raise where ``folder`` holds a restricted value or a file that nobody can read.

    Parameters
    ----------
    folder
        The new site, before it takes the place of the old one.
    secrets
        Restricted values by kind, such as ``"a free answer"``. Values of fewer than eight
        letters and digits are left out, except codes of six or seven that mix both (receipts,
        postcodes), which must stand as whole words in their own case. Single words without a
        digit and values of common words only are left out too: they tell nothing of anybody.
    allowed
        Texts that are public in their own right (names of published organisations, headings
        of pages): a value within one of them is left out.

    Raises
    ------
    DisclosureError
        Names each file and kind, never a value.
    """
    public = b"\0".join(map(canonical, allowed))
    needles = [
        needle
        for kind, values in sorted(secrets.items())
        for value in sorted(set(values))
        if is_distinctive(value)
        for needle in make_needles(kind, value, is_strict=True)
        if needle.key not in public
    ]
    leaks = _scan(folder, _searcher(needles))
    if leaks:
        listed = "".join(f"\n  - {leak}" for leak in leaks[:_SHOWN])
        rest = f"\n  - and {len(leaks) - _SHOWN} more" if len(leaks) > _SHOWN else ""
        message = (
            f"leak scan of {folder.name}: {len(leaks)} findings, so nothing is published:"
            f"{listed}{rest}\nTake what is personal out of what is published; if it is public "
            "text that a person happened to repeat, add it to the allowed texts."
        )
        raise DisclosureError(message)


def _searcher(needles: Iterable[Needle]) -> Callable[[View, set[str]], Iterator[str]]:
    index = NeedleIndex(needles)

    def examine(view: View, known: set[str]) -> Iterator[str]:
        for needle in index.find(view.text, known):
            yield f"{needle.name}{_REVERSED if needle.is_reversed else ''}"

    return examine


def _scan(folder: Path, examine: Callable[[View, set[str]], Iterator[str]]) -> list[Leak]:
    """Return what ``examine`` finds in each view of each file, once a file and name, in order."""
    return sorted(
        leak
        for number, (name, path) in enumerate(list_files(folder), start=1)
        for leak in _scan_file(path, name, number, examine)
    )


def _scan_file(
    path: Path, name: str, number: int, examine: Callable[[View, set[str]], Iterator[str]]
) -> list[Leak]:
    found: dict[str, str] = {}
    faults: set[str] = set()
    shown = name
    for view in read_views(path, name):
        if view.fault:
            faults.add(view.fault)
            continue
        for what in list(examine(view, set(found))):
            plain = what.removesuffix(_REVERSED)
            how = f"{view.how} > reversed" if plain != what else view.how
            found.setdefault(plain, how)
            if FILE_NAME in view.route:
                shown = f"file {number} (its name is withheld)"
    leaks = [Leak(shown, what, how) for what, how in found.items()]
    return leaks + [Leak(shown, WHOLE_FILE, fault) for fault in sorted(faults)]
