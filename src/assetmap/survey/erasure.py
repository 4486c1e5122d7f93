"""Erasure: the list of those whose answers must go, and adding to it.

Belongs here: ``<raw>/survey/erasures/erasures.csv``, which holds pseudonyms and dates, no
number that a person was given. Does not: leaving the answers out (``staging.py``), clearing
what was built before (``build.py``).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from assetmap.errors import ConfigError
from assetmap.survey.pseudonyms import is_pseudonym, pseudonym
from assetmap.survey.restricted import write_private
from assetmap.survey.staging import fold_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

FOLDER: Final = "survey/erasures"
FILE: Final = "erasures.csv"
_COLUMNS: Final = ("pseudonym", "added_on")


def read_erasures(raw: Path) -> frozenset[str]:
    """Return the pseudonyms on every list in the folder; empty where there is none.

    Raises
    ------
    ConfigError
        A list has no column ``pseudonym``, or a row of it holds none: rather nothing is built
        than that somebody's erasure is overlooked.
    """
    folder = raw / FOLDER
    if not folder.is_dir():
        return frozenset()
    paths = sorted(p for p in folder.glob("*.csv") if p.is_file())
    return frozenset(number for path in paths for number, _ in _read(path))


def add_erasures(raw: Path, numbers: Sequence[str], key: bytes, today: date) -> int:
    """Add the pseudonyms of receipts or submission numbers to the list; return how many are new.

    A pseudonym itself is taken as it is. The file is written whole or not at all.

    Raises
    ------
    ConfigError
        A number is empty.
    StorageError
        The list cannot be written.
    """
    wanted = [_as_pseudonym(number, key) for number in numbers]
    path = raw / FOLDER / FILE
    listed = _read(path) if path.is_file() else []
    known = read_erasures(raw)
    fresh = sorted(set(wanted) - known)
    if fresh:
        rows = sorted([*listed, *((number, today.isoformat()) for number in fresh)])
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([_COLUMNS, *rows])
        write_private(path, text.getvalue())
    return len(fresh)


def _as_pseudonym(number: str, key: bytes) -> str:
    if is_pseudonym(number.strip()):
        return number.strip()
    folded = fold_number(number)
    if not folded:
        message = (
            "survey erase: one of the numbers is empty. Give the receipt number on the "
            "respondent's slip, such as K7M2QX, or the submission number of the response."
        )
        raise ConfigError(message)
    return pseudonym(key, folded)


def _read(path: Path) -> list[tuple[str, str]]:
    """Return the pairs of one list; a list with a heading alone holds nobody."""
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    bad = [n for n, row in enumerate(rows, 2) if not is_pseudonym(row.get("pseudonym") or "")]
    if bad:
        message = (
            f"{path}: {len(bad)} of {len(rows)} rows hold no pseudonym (first: row {bad[0]}). "
            "Add people with `assetmap survey erase`, not by hand; nothing was built."
        )
        raise ConfigError(message)
    return [(row["pseudonym"], row.get("added_on") or "") for row in rows]
