"""Whether a folder is still what its index says: every file there, unchanged, and no other.

Belongs here: comparing files with the hashes that were written down for them, and saying what
differs. Does not: writing an index (``provenance.py``, ``build.py``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assetmap.errors import IntegrityError
from assetmap.inputs import hash_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Differences:
    """Files, relative to their folder, that are not as the index of the folder says."""

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.extra)

    def lines(self) -> list[str]:
        """Return one line for each kind: how many, and the first of them."""
        kinds = {"changed": self.changed, "missing": self.missing, "too many": self.extra}
        return [f"{len(names)} {kind}, e.g. {names[0]!a}" for kind, names in kinds.items() if names]


def describe_files(folder: Path, index: str) -> dict[str, dict[str, Any]]:
    """Return hash and size of every file below ``folder`` but the index itself, by path."""
    return {
        path.relative_to(folder).as_posix(): {
            "sha256": hash_file(path),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / index
    }


def read_index(folder: Path, index: str) -> dict[str, Any]:
    """Return the index of a folder, or nothing where there is none that can be read."""
    path = folder / index
    try:  # a pipe under that name would be waited for
        content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def find_differences(
    folder: Path, files: Mapping[str, Mapping[str, Any]], index: str
) -> Differences:
    """Return what below ``folder`` is not as ``files`` says; a link or a pipe counts as changed."""
    there = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    }
    there.pop(index, None)
    return Differences(
        changed=tuple(
            name for name, path in there.items() if name in files and not _is(path, files[name])
        ),
        missing=tuple(sorted(set(files) - set(there))),
        extra=tuple(name for name in there if name not in files),
    )


def require_whole(folder: Path, index: str, remedy: str) -> int:
    """Return how many files the index names, all of them as it says.

    Raises
    ------
    IntegrityError
        The index is missing or damaged, or a file was changed, removed or added.
    """
    files = read_index(folder, index).get("files")
    if not isinstance(files, dict) or not all(isinstance(entry, dict) for entry in files.values()):
        message = f"{folder}: its {index} is missing or damaged. {remedy}"
        raise IntegrityError(message)
    found = find_differences(folder, files, index)
    if found:
        listed = "; ".join(found.lines())
        message = f"{folder}: it is not as {index} says: {listed}. {remedy}"
        raise IntegrityError(message)
    return len(files)


def _is(path: Path, entry: Mapping[str, Any]) -> bool:
    if path.is_symlink() or not path.is_file() or not isinstance(entry, dict):
        return False
    if path.stat().st_size != entry.get("bytes"):
        return False
    return hash_file(path) == entry.get("sha256")
