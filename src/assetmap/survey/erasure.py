"""Erasure: the list of those whose answers must go, and adding to it.

Belongs here: ``<raw>/survey/erasures/erasures.csv``, which holds pseudonyms and dates, no
number that a person was given. Does not: leaving the answers out (``staging.py``), clearing
what was built before (``build.py``).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from assetmap.errors import ConfigError, StorageError
from assetmap.survey.pseudonyms import is_pseudonym, pseudonym
from assetmap.survey.restricted import write_private
from assetmap.survey.state import find_erasure_key
from assetmap.survey.withdrawal import fold_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

FOLDER: Final = "survey/erasures"
FILE: Final = "erasures.csv"
_COLUMNS: Final = ("pseudonym", "added_on")
_NO_LISTS: Final = ("readme", ".", "~$")


def read_erasures(raw: Path) -> frozenset[str]:
    """Return the pseudonyms on every list in the folder; empty where there is none.

    Raises
    ------
    ConfigError
        A list is no CSV in UTF-8, has no column ``pseudonym``, or a row of it holds none: rather
        nothing is built than that somebody's erasure is overlooked.
    StorageError
        The disk refuses.
    """
    return frozenset(number for path in find_lists(raw) for number, _ in _read(path))


def find_lists(raw: Path) -> list[Path]:
    """Return the lists in the folder of erasures, in name order.

    Raises
    ------
    ConfigError
        A file there is none.
    """
    folder = raw / FOLDER
    if not folder.is_dir():
        return []
    found = sorted(path for path in folder.iterdir() if path.is_file())
    paths = [p for p in found if not p.name.lower().startswith(_NO_LISTS) and p.suffix != ".part"]
    odd = next((path for path in paths if path.suffix.lower() != ".csv"), None)
    if odd is not None:
        message = (
            f"{odd}: it stands among the lists of erasures and is no CSV file, so that nobody on "
            "it would be left out. Save it as CSV in UTF-8, or move it away; nothing was built."
        )
        raise ConfigError(message)
    return paths


def erase(raw: Path, numbers: Sequence[str], environment: Mapping[str, str], today: date) -> int:
    """Add people to the list by their numbers, under the key that their responses have.

    Raises
    ------
    KeyFileError
        There are responses of real people, or none yet, and no usable key.
    """
    return add_erasures(raw, numbers, find_erasure_key(raw, environment), today)


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
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        rows = list(reader)
    except OSError as fault:
        message = f"{path}: cannot be read ({fault.strerror}). Check its rights."
        raise StorageError(message) from None
    except (UnicodeDecodeError, csv.Error):
        message = f"{path}: it is no CSV file in UTF-8. Save it as such; nothing was built."
        raise ConfigError(message) from None
    if _COLUMNS[0] not in (reader.fieldnames or ()) and not rows:
        message = (
            f"{path}: it has no column {_COLUMNS[0]}. If people were on it, restore it from a "
            "backup; if not, delete it. Nothing was built."
        )
        raise ConfigError(message)
    bad = [n for n, row in enumerate(rows, 2) if not is_pseudonym(row.get("pseudonym") or "")]
    if bad:
        message = (
            f"{path}: {len(bad)} of {len(rows)} rows hold no pseudonym (first: row {bad[0]}). "
            "Add people with `assetmap survey erase`, not by hand; nothing was built."
        )
        raise ConfigError(message)
    return [(row["pseudonym"], row.get("added_on") or "") for row in rows]
