"""What went in and what came out: hashes, the run's id, the manifest.

Belongs here: hashing and the manifest's content. Does not: loading or publishing, the form of
the manifest and reading it back (``manifest.py``).
"""

from __future__ import annotations

import hashlib
import json
import sys
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from assetmap import __version__
from assetmap.geography import crs_operation
from assetmap.inputs import hash_file
from assetmap.integrity import describe_files, read_index
from assetmap.manifest import VERSION, Environment
from assetmap.store import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    import pandas as pd

    from assetmap.settings import Settings

PACKAGES: Final = (
    "branca",
    "defusedxml",
    "duckdb",
    "folium",
    "folium-offline",
    "geopandas",
    "jinja2",
    "markupsafe",
    "numpy",
    "openpyxl",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "pyxform",
    "rapidfuzz",
    "scipy",
    "shapely",
)
"""Packages that read what goes in, work out a figure, or write a byte of the site."""

_PUBLIC_POLICY: Final = {"max_held_share": True, "people": True}
_SOURCE_KEYS: Final = ("title", "publisher", "licence", "url", "period", "extent")
_PARSED: Final = ("study_area", "policy", "environment")
_NO_SOURCE: Final = ("__pycache__", ".*", "*.pyc")


def hash_policy(settings: Settings) -> str:
    """Return the SHA-256 of the policy file, as received."""
    return hash_file(settings.raw / "policy.toml")


def hash_study_area(settings: Settings) -> str:
    """Return the SHA-256 of the file of the study area, as received."""
    return hash_file(settings.raw / "study_area.toml")


def published_settings(settings: Settings) -> dict[str, str]:
    """Return the study area as it was read, and what anybody may know of the policy, as JSON.

    The rules by which answers are judged are left out: who knows them can pass them.
    """
    area = settings.study_area.model_dump(mode="json")
    policy = settings.policy.model_dump(mode="json", include=_PUBLIC_POLICY)
    return {"study_area": _as_json(area), "policy": _as_json(policy)}


@cache
def environment() -> Environment:
    """Return what the bytes of a site rest on besides inputs, settings and our own code."""
    import pyogrio  # noqa: PLC0415 - slow to import
    import pyproj  # noqa: PLC0415 - slow to import
    import shapely  # noqa: PLC0415 - slow to import

    return Environment(
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        packages={name: version(name) for name in PACKAGES},
        libraries={
            "gdal": pyogrio.__gdal_version_string__,
            "geos": shapely.geos_version_string,
            "proj": pyproj.proj_version_str,
        },
    )


def environment_text() -> str:
    """Return :func:`environment` as JSON."""
    return _as_json(environment().model_dump(mode="json"))


@cache
def code_version() -> str:
    """Return the version and the first digits of a hash over the package's own files.

    Vocabularies and words of templates are among them: they change what comes out as code does.
    """
    digest = hashlib.sha256()
    for name, content in _source_files(files("assetmap"), ""):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def run_id(settings: Settings, inputs: Mapping[str, str]) -> str:
    """Return the id of a run: a hash over inputs, settings, policy and code, no clock in it."""
    facts = {
        "inputs": dict(sorted(inputs.items())),
        "study_area": hash_study_area(settings),
        "policy": hash_policy(settings),
        "code": code_version(),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def describe_run(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the manifest's facts about the run that made the published ``tables``.

    Program and packages are those of the build; where the pages are written with others, those
    stand in ``written_with``.
    """
    run = dict(zip(tables["pub_run"]["key"], tables["pub_run"]["value"], strict=True))
    inputs = tables["pub_input"]
    built_with = Environment.model_validate_json(run["environment"])
    same = (built_with, run["code_version"]) == (environment(), code_version())
    now = {"code_version": code_version(), **environment().model_dump(mode="json")}
    return {
        **{key: value for key, value in run.items() if key not in _PARSED},
        **built_with.model_dump(mode="json"),
        "settings": {name: json.loads(run[name]) for name in ("study_area", "policy")},
        "inputs": dict(zip(inputs["file"], inputs["sha256"], strict=True)),
        "sources": {
            str(row["dataset_id"]): _describe_source(row, inputs)
            for row in tables["pub_dataset"].to_dict("records")
        },
        "indicators": {
            str(row["indicator_id"]): {
                "definition": row["definition"],
                "sources": str(row["source"]).split(";"),
            }
            for row in tables["pub_indicator_meta"].to_dict("records")
        },
        "written_with": None if same else now,
    }


def _describe_source(row: Mapping[Hashable, Any], inputs: pd.DataFrame) -> dict[str, Any]:
    own = inputs[inputs["dataset_id"] == row["dataset_id"]]
    return {
        **{key: row[key] for key in _SOURCE_KEYS},
        "is_boundary": bool(row["is_boundary"]),
        "files": dict(zip(own["file"], map(int, own["size_bytes"]), strict=True)),
    }


def write_manifest(site: Path, facts: Mapping[str, Any]) -> None:
    """Write ``manifest.json`` into a finished site: the run's facts and every file's hash."""
    operation, accuracy = crs_operation()
    manifest = {
        "version": VERSION,
        **facts,
        "crs": {"operation": operation, "accuracy_m": accuracy},
        "files": describe_files(site, MANIFEST),
    }
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
    (site / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_manifest(site: Path) -> dict[str, Any]:
    """Return the manifest of a site, or nothing where there is none that can be read."""
    return read_index(site, MANIFEST)


def _as_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _source_files(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        name = f"{prefix}{entry.name}"
        if any(fnmatch(entry.name, pattern) for pattern in _NO_SOURCE):
            continue
        if entry.is_dir():
            yield from _source_files(entry, f"{name}/")
        else:
            yield name, entry.read_bytes()
