"""The manifest of a published site as it is read back: strictly, or not at all.

Belongs here: the form of ``manifest.json`` and the refusal of anything else. Does not: what is
written into it (``provenance.py``), whether files are still as it says (``integrity.py``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, ValidationError

from assetmap.errors import MissingInputError, StorageError, UnreadableFileError
from assetmap.settings import Strict, StudyArea

if TYPE_CHECKING:
    from pathlib import Path

VERSION: Final = 1
"""Form of the manifest; another form has another number."""

LARGEST: Final = 50_000_000
"""Bytes of the largest manifest that is read: far above any that is written."""

_SHOWN: Final = 80
_UNSEEN: Final = re.compile("\\\\u00[01]|\\\\[bfnrt]|[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys or shows elsewhere than it stands, in the text of JSON."""


def _below(path: str) -> str:
    """Refuse a path that leads out of its folder."""
    if "\\" in path or {"", ".", ".."} & set(path.split("/")):
        message = "is no path below the folder"
        raise ValueError(message)
    return path


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Below = Annotated[str, AfterValidator(_below)]
Bytes = Annotated[int, Field(ge=0)]
_Names = Annotated[tuple[str, ...], Field(strict=False)]


class Environment(Strict):
    """What bytes rest on besides inputs, settings and our own code; Python as major.minor."""

    python: str
    packages: dict[str, str]
    libraries: dict[str, str]


class Program(Environment):
    """Another program, or other packages, than those that made the figures."""

    code_version: str


class Entry(Strict):
    """One published file."""

    sha256: Sha256
    bytes: Bytes


class Origin(Strict):
    """One dataset, and the size of each of its files."""

    title: str
    publisher: str
    licence: str
    url: str
    period: str
    extent: str
    is_boundary: bool
    files: dict[Below, Bytes]


class Definition(Strict):
    """How one indicator is worked out, as a hash, and the datasets that it rests on."""

    definition: Sha256
    sources: _Names


class Crs(Strict):
    """The operation from the British National Grid to longitude and latitude."""

    operation: str
    accuracy_m: float


class PublicSettings(Strict):
    """The study area as it was read, and what anybody may know of the policy."""

    study_area: StudyArea
    policy: dict[str, JsonValue]


class Manifest(Environment):
    """Everything that a published site is made from, and every file of it."""

    version: Literal[1]
    run_id: str
    code_version: str
    policy_hash: Sha256
    study_area_hash: Sha256
    data_as_of: str
    area_id: str
    area_name: str
    attribution: str
    catchments_m: str
    crs_operation: str
    crs_accuracy_m: str
    summary_rows_loaded: str
    summary_rows_held: str
    survey_state: str
    crs: Crs
    settings: PublicSettings
    inputs: dict[Below, Sha256]
    sources: dict[str, Origin]
    indicators: dict[str, Definition]
    written_with: Program | None
    files: dict[Below, Entry]


def require_manifest(path: Path) -> Manifest:
    """Return a manifest; an error says why there is none.

    Raises
    ------
    MissingInputError, StorageError
        There is no such file, or it cannot be read.
    UnreadableFileError
        It is not a manifest of this form, or is damaged.
    """
    try:
        manifest = Manifest.model_validate_json(_read(path))
    except FileNotFoundError:
        message = f"{path} is not there. Name a published site or its manifest.json."
        raise MissingInputError(message) from None
    except OSError as fault:
        message = f"{path}: cannot be read ({fault.strerror}). Check its rights."
        raise StorageError(message) from None
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))[:_SHOWN] or "the file"
        message = (
            f"{path}: it is no manifest of form {VERSION}, or is damaged, in "
            f"{fault.error_count()} places, e.g. {where!a}: {first['msg']}. Take the manifest "
            "from the published site, or use the version of assetmap that wrote it."
        )
        raise UnreadableFileError(message) from None
    if _UNSEEN.search(manifest.model_dump_json()):
        message = f"{path}: it holds control characters, as no manifest does. Do not use it."
        raise UnreadableFileError(message)
    return manifest


def _read(path: Path) -> bytes:
    """Return the bytes of a manifest; of a pipe or a device, which may never end, none is read."""
    size = path.stat().st_size
    if not path.is_file() or size > LARGEST:
        what = "is no file" if not path.is_file() else f"has {size:,} bytes, as no manifest does"
        message = f"{path}: it {what}. Name a published site or its manifest.json."
        raise UnreadableFileError(message)
    return path.read_bytes()
