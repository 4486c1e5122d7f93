"""What went in and what came out: hashes, the run's id, the manifest.

Belongs here: hashing and the manifest's content. Does not: loading or publishing.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from assetmap import __version__
from assetmap.geography import crs_operation
from assetmap.inputs import hash_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from assetmap.settings import Settings

MANIFEST: Final = "manifest.json"

_PACKAGES: Final = (
    "branca",
    "duckdb",
    "folium",
    "geopandas",
    "numpy",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "shapely",
)
_SOURCE_SUFFIXES: Final = (".py", ".sql", ".j2", ".css", ".js")


def hash_policy(settings: Settings) -> str:
    """Return the SHA-256 of the policy file, as received."""
    return hash_file(settings.raw / "policy.toml")


@cache
def code_version() -> str:
    """Return the version and the first digits of a hash over the package's own source."""
    digest = hashlib.sha256()
    for name, content in _source_files(files("assetmap"), ""):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def run_id(settings: Settings, inputs: Mapping[str, str]) -> str:
    """Return the id of a run: a hash over inputs, settings, policy and code, no clock in it."""
    facts = {
        "inputs": dict(sorted(inputs.items())),
        "study_area": hash_file(settings.raw / "study_area.toml"),
        "policy": hash_policy(settings),
        "code": code_version(),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def write_manifest(site: Path, facts: Mapping[str, Any]) -> None:
    """Write ``manifest.json`` into a finished site: the run's facts and every file's hash."""
    published = {
        path.relative_to(site).as_posix(): {"sha256": hash_file(path), "bytes": path.stat().st_size}
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    operation, accuracy = crs_operation()
    manifest = {
        **facts,
        "crs": {"operation": operation, "accuracy_m": accuracy},
        "packages": {name: version(name) for name in _PACKAGES},
        "files": published,
    }
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
    (site / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_manifest(site: Path) -> dict[str, Any]:
    """Return the manifest of a site, or nothing where there is none that can be read."""
    try:
        manifest = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _source_files(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _source_files(entry, f"{name}/")
        elif entry.name.endswith(_SOURCE_SUFFIXES):
            yield name, entry.read_bytes()
