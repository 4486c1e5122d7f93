"""What stands in an output folder after a run was cut off, and what must not stand there.

Belongs here: reading the site, the build and the records as a visitor or the next run would, and
the leftovers. Does not: cutting a run off (``kill_effects.py``).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assetmap.errors import IntegrityError
from assetmap.integrity import find_differences, read_index, require_whole
from assetmap.settings import read_settings
from assetmap.store import BUILD, MANIFEST, builds_of, editions_of, kept

if TYPE_CHECKING:
    from pathlib import Path

NONE = "none"
PARTIAL = "partial"
_LEFT = re.compile(r"\.growing|\.taken|.*\.(turning|gone|part|new|old|wal|tmp)|pending\.json")


@dataclass(frozen=True)
class State:
    """Site and build by the hash of their index, and the record of people that holds.

    The record is the one that the next run goes on with: the pending one where the site of its
    run stands, else the last.
    """

    site: str
    build: str
    record: str


def look(raw: Path, out: Path) -> State:
    """Return what stands; a part that is not whole is ``partial`` and says why."""
    settings = read_settings(raw, out)
    return State(
        site=_whole(settings.maps, MANIFEST),
        build=_whole(settings.processed, BUILD),
        record=_record(settings.releases, read_index(settings.maps, MANIFEST).get("run_id")),
    )


def _whole(folder: Path, index: str) -> str:
    if not folder.exists():
        return NONE
    try:
        require_whole(folder, index, "")
    except IntegrityError as fault:
        return f"{PARTIAL}: {fault}"
    if index == MANIFEST:
        return digest((folder / index).read_bytes())
    return str(read_index(folder, index)["run_id"])  # a database has other bytes each time


def _record(releases: Path, run_id: object) -> str:
    """Return a hash over the record of people that holds; other records must parse."""
    found = {path.name: path.read_text("utf-8") for path in sorted(releases.glob("*.json"))}
    texts = {name: json.loads(text) for name, text in found.items()}  # parses, or the test fails
    pending = texts.get("pending.json", {})
    if pending and run_id and pending["run_id"] == run_id:
        return digest(pending["record"].encode())
    records = [text for name, text in found.items() if name.startswith("people")]
    assert len(records) <= 1
    return digest(records[0].encode()) if records else NONE


def digest(content: bytes) -> str:
    """Return the first digits of a hash."""
    return hashlib.sha256(content).hexdigest()[:12]


def leftovers(raw: Path, out: Path) -> list[str]:
    """Return what no run leaves behind when it ends by itself."""
    settings = read_settings(raw, out)
    found = [
        path.relative_to(out).as_posix() for path in out.rglob("*") if _LEFT.fullmatch(path.name)
    ]
    for store in (builds_of(settings), editions_of(settings)):
        folders = kept(store)
        if len(folders) > 3:
            found.append(f"{store.folder.name}: {len(folders)} kept")
        for folder in folders:
            files = read_index(folder, store.index)["files"]
            if differences := find_differences(folder, files, store.index):
                found.append(f"{folder.name}: {differences.lines()}")
    return sorted(found)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder``."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def outline(out: Path) -> str:
    """Return a hash over names, links and bytes of all that stands below ``out``."""
    found = [f"{path.relative_to(out)} {_bytes_of(path)}" for path in sorted(out.rglob("*"))]
    return digest("\n".join(found).encode())


def _bytes_of(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return "/" if path.is_dir() else digest(path.read_bytes())
