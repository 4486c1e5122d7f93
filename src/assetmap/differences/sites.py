"""A published site as it is read back: its manifest, and its downloads as tables.

Belongs here: finding a site by folder, manifest or number, proving the files that are read, and
typing their cells. Does not: comparing (``compare.py``), pages, which nobody reads back.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.differences.figures import KINDS
from assetmap.digest.snapshot import Snapshot, take
from assetmap.disclosure.tables import PUBLISHED
from assetmap.errors import IntegrityError, MissingInputError, StorageError, UnreadableFileError
from assetmap.manifest import Manifest, require_manifest
from assetmap.publish.exports import FILES, file_name
from assetmap.store import MANIFEST, Store, current, editions_of, is_sealed, made, number_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from assetmap.contracts import Contract
    from assetmap.settings import Settings

CONTRACTS: Final[dict[str, Contract]] = {contract.table: contract for contract in PUBLISHED}

_READ: Final = (
    *("pub_run", "pub_area", "pub_input", "pub_dataset", "pub_indicator", "pub_indicator_meta"),
    *("pub_claim_indicator", "pub_claim", "pub_target", "pub_finding", "pub_link", "pub_site"),
    *("pub_people", "pub_survey"),
)
_FLAGS: Final = {"true": True, "false": False}
_DIGITS: Final = 9
_UNTYPED: Final = (KeyError, ValueError, TypeError, AttributeError, RecursionError)
"""What cells raise that are not of the kind that their column has."""


@dataclass(frozen=True)
class Site:
    """A published site: where it is, its manifest, what causes are found in, and its tables.

    ``rows`` holds the cells of each table as they are written, by the table's name.
    """

    path: Path
    manifest: Manifest
    snapshot: Snapshot
    rows: Mapping[str, list[dict[str, str]]]


def find_manifest(settings: Settings, name: str) -> Path:
    """Return the manifest of a site: a folder, the file itself, or the number of a kept site.

    Raises
    ------
    MissingInputError
        No site of that number is kept.
    IntegrityError
        It is not the one that was published under that number.
    """
    if name.isascii() and name.isdigit() and len(name) <= _DIGITS:
        return _find_kept(editions_of(settings), int(name)) / MANIFEST
    path = Path(name)
    return path / MANIFEST if path.is_dir() else path


def find_last_two(settings: Settings) -> tuple[Path, Path]:
    """Return the manifests of the site before the one that stands, and of that one.

    Raises
    ------
    MissingInputError
        No site stands, or none is kept from before it.
    """
    store = editions_of(settings)
    now = current(store)
    standing = number_of(now) if now else 0
    earlier = [number_of(path) for path in made(store) if number_of(path) < standing]
    if not earlier:
        message = (
            f"{store.folder}: no earlier site is kept to compare with. Name two sites: folders, "
            "or numbers of those that are kept."
        )
        raise MissingInputError(message)
    return _find_kept(store, earlier[-1]) / MANIFEST, _find_kept(store, standing) / MANIFEST


def _find_kept(store: Store, number: int) -> Path:
    folders = {number_of(path): path for path in made(store)}
    if number not in folders:
        listed = ", ".join(map(str, folders)) or "none"
        message = f"{store.folder}: no site with the number {number} is kept. Kept: {listed}."
        raise MissingInputError(message)
    if not is_sealed(store, folders[number]):
        message = (
            f"{folders[number]}: its {MANIFEST} is not the one it was published with. Name "
            "another site; `assetmap verify` says which are whole."
        )
        raise IntegrityError(message)
    return folders[number]


def read_site(path: Path) -> Site:
    """Read the site of a manifest.

    Raises
    ------
    MissingInputError, StorageError
        There is no manifest, or it cannot be read.
    IntegrityError
        A download that is needed is missing or is not as the manifest says.
    UnreadableFileError
        A download is not of the form that this program writes.
    """
    manifest = require_manifest(path)
    names = {table: name for name, table in FILES.items() if table in _READ}
    files = {
        table: f"data/{file_name(name, manifest.survey_state)}.csv" for table, name in names.items()
    }
    contents = {table: read_published(path.parent, name, manifest) for table, name in files.items()}
    lost = [files[table] for table, content in contents.items() if content is None]
    if lost:
        message = (
            f"{path.parent}: {len(lost)} of {len(files)} downloads that are compared are not as "
            f"{path.name} says, e.g. {lost[0]}. Take a whole copy of the site."
        )
        raise IntegrityError(message)
    rows = {
        table: read_rows(content or b"", path.parent / files[table], _needed(table))
        for table, content in contents.items()
    }
    try:
        frames = {table: _typed(CONTRACTS[table], found) for table, found in rows.items()}
        snapshot = take(frames, taken_on=manifest.data_as_of)
    except _UNTYPED:
        raise _other_form(path.parent) from None
    return Site(path, manifest, snapshot, rows)


def _needed(table: str) -> set[str]:
    """Return the columns of a table that figures are found and compared by."""
    return {
        name
        for kind in KINDS.values()
        if kind.table == table
        for name in (*kind.indicator, *kind.area, *kind.words, *kind.measures, kind.status)
        if name
    }


def _other_form(where: Path) -> UnreadableFileError:
    message = (
        f"{where}: it is not of the form that this program writes. Use the version of assetmap "
        "that wrote it, or take a whole copy of the site."
    )
    return UnreadableFileError(message)


def read_published(folder: Path, name: str, manifest: Manifest) -> bytes | None:
    """Return a published file; None where it is not there, or is not as its manifest says.

    A link is none: it could lead anywhere.
    """
    entry, path = manifest.files.get(name), folder / name
    if entry is None or path.is_symlink() or path.parent.is_symlink() or not path.is_file():
        return None
    try:
        content = path.read_bytes() if path.stat().st_size == entry.bytes else b""
    except OSError as fault:
        message = f"{folder / name}: cannot be read ({fault.strerror}). Check its rights."
        raise StorageError(message) from None
    return content if sha256(content).hexdigest() == entry.sha256 else None


def read_rows(content: bytes, where: Path, needed: Collection[str] = ()) -> list[dict[str, str]]:
    """Return the rows of a published CSV file, cells as they are written.

    Raises
    ------
    UnreadableFileError
        It is no such file, or has not the columns that are ``needed``; ``where`` is named.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error):
        raise _other_form(where) from None
    # Under None stand the cells of a row that has more of them than the heading.
    if set(needed) - set(reader.fieldnames or ()) or any(None in row for row in rows):
        raise _other_form(where)
    return [{key: cell or "" for key, cell in row.items()} for row in rows]


def _typed(contract: Contract, rows: list[dict[str, str]]) -> pd.DataFrame:
    """Return rows as a published table: missing cells None, flags as such, the rest as text."""
    flags = {column.name for column in contract.columns if column.kind == "boolean"}
    cells = [
        {k: _FLAGS.get(v) if k in flags else (v or None) for k, v in row.items()} for row in rows
    ]
    return pd.DataFrame(cells, dtype=object)
