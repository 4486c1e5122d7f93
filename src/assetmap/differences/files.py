"""How a published file differs from what it was: by row and key for a table, else by hash alone.

Belongs here: one line for each file. Does not: causes (``compare.py``). Of a table about people
the key of a row is told and never its figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap.differences.sites import CONTRACTS, read_published, read_rows
from assetmap.publish.exports import FILES, OF_PEOPLE, file_name

if TYPE_CHECKING:
    from pathlib import Path

    from assetmap.manifest import Manifest

Version = tuple["Path", "Manifest"]
"""One published site: its folder and its manifest."""

_SHOWN: Final = 60
_SECRET: Final = (*OF_PEOPLE, "stories")
_NO_ROWS: Final = "its rows cannot be compared: the published file is not beside its manifest"


def describe_changes(before: Version, after: Version) -> list[str]:
    """Return one line for each kind of difference between two sites, and one for each table."""
    old, new = before[1].files, after[1].files
    changed = sorted(name for name in old.keys() & new.keys() if old[name] != new[name])
    kinds = {
        "changed": changed,
        "missing": sorted(old.keys() - new.keys()),
        "extra": sorted(new.keys() - old.keys()),
    }
    lines = [f"{len(names)} {kind}, e.g. {names[0]!a}" for kind, names in kinds.items() if names]
    tables = _tables(before[1])
    return lines + [
        f"{name}: {_describe_table(tables[name], name, before, after)}"
        for name in changed
        if name in tables
    ]


def _tables(manifest: Manifest) -> dict[str, str]:
    """Return the name of each download by the path of its CSV file."""
    state = manifest.survey_state
    return {f"data/{file_name(name, state)}.csv": name for name in FILES}


def _describe_table(table: str, path: str, before: Version, after: Version) -> str:
    """Return how many rows and values of a CSV file differ, and the first of them."""
    found = [read_published(folder, path, manifest) for folder, manifest in (before, after)]
    contents = [content for content in found if content is not None]
    if len(contents) < len(found):
        return _NO_ROWS
    key = CONTRACTS[FILES[table]].primary_key
    old, new = (
        {tuple(row.get(k, "") for k in key): row for row in read_rows(content, folder / path)}
        for content, (folder, _) in zip(contents, (before, after), strict=True)
    )
    pairs = {k: (old.get(k, {}), new.get(k, {})) for k in sorted(old.keys() | new.keys())}
    changed = {k: _changed_columns(*rows) for k, rows in pairs.items() if rows[0] != rows[1]}
    if not changed:
        return "the same rows, written or ordered otherwise"
    first = next(iter(changed))
    values = sum(map(len, changed.values()))
    shown = _example(pairs[first], changed[first][0], is_secret=table in _SECRET)
    named = ", ".join(map(ascii, first))
    return f"{len(changed)} of {len(pairs)} rows ({values} values), e.g. {named}: {shown}"


def _changed_columns(old: dict[str, str], new: dict[str, str]) -> list[str]:
    return [name for name in {**old, **new} if old.get(name) != new.get(name)]


def _example(rows: tuple[dict[str, str], dict[str, str]], column: str, *, is_secret: bool) -> str:
    old, new = rows
    if not old or not new:
        return "there is no such row now" if old else "a new row"
    if is_secret:
        return f"{column} is another"
    return f"{column} was {_shorten(old.get(column, ''))}, now {_shorten(new.get(column, ''))}"


def _shorten(cell: str) -> str:
    return ascii(cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}...")
