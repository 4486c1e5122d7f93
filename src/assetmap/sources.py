"""Where each dataset comes from: the publisher's file, its licence, how to check it.

Belongs here: reading and checking ``sources.toml``. Does not: downloading (``fetch.py``),
nor what a dataset's rows mean (``datasets/``).
"""

from __future__ import annotations

import ipaddress
import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from assetmap.errors import ConfigError, MissingInputError, StorageError
from assetmap.geography import SLUG_PATTERN
from assetmap.inputs import STARTER_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Format = Literal["csv", "zip", "geojson"]

BYTES_PER_MB: Final = 1_000_000

_HOST_PATTERN: Final = r"^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$"
_FOLDER_PATTERN: Final = r"^[a-z][a-z0-9_]*(?:/[a-z][a-z0-9_]*){0,3}$"
_FILENAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_DOWNLOAD_KEYS: Final = ("url", "filename", "format", "max_mb")
_CHECK_KEYS: Final = ("size", "sha256")


def is_loopback(host: str) -> bool:
    """Return True for this machine's own names, where plain http is allowed."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_allowed_scheme(scheme: str, host: str) -> bool:
    """Return True for https, and for http on this machine: a local mirror, or a test."""
    return scheme == "https" or (scheme == "http" and is_loopback(host))


def _checked_address(address: str) -> str:
    parts = urlsplit(address)
    if not parts.hostname:
        message = "names no host"
        raise ValueError(message)
    if not is_allowed_scheme(parts.scheme, parts.hostname):
        message = f"begins with {parts.scheme or 'no scheme'}:, not with https:"
        raise ValueError(message)
    if parts.username is not None or parts.fragment or any(c.isspace() for c in address):
        message = "holds a user name, a fragment or a space"
        raise ValueError(message)
    return address


def _checked_filename(name: str) -> str:
    if STARTER_MARK in name:
        message = f"holds {STARTER_MARK!r}, which marks an extract that came with the project"
        raise ValueError(message)
    return name


Line = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\r\n]+$")]
Address = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_checked_address)]
Host = Annotated[str, StringConstraints(pattern=_HOST_PATTERN, max_length=253)]
Filename = Annotated[
    str,
    StringConstraints(pattern=_FILENAME_PATTERN, max_length=120),
    AfterValidator(_checked_filename),
]


class DatasetSource(BaseModel):
    """One dataset's source: either a file to download, or how to get it by hand.

    ``checked`` is False until somebody has seen ``url`` answer with this file.
    ``redirect_hosts`` are further hosts that the publisher may pass a download on to.
    ``manual`` stands instead of ``url`` where no publisher has a single file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=40)]
    folder: Annotated[str, StringConstraints(pattern=_FOLDER_PATTERN, max_length=80)]
    title: Line
    publisher: Line
    page: Address
    licence: Line
    attribution: Line
    manual: Line | None = None
    url: Address | None = None
    filename: Filename | None = None
    format: Format | None = None
    max_mb: Annotated[int, Field(ge=1, le=2_000)] | None = None
    size: Annotated[int, Field(gt=0)] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    redirect_hosts: Annotated[tuple[Host, ...], Field(strict=False)] = ()
    checked: bool = False

    @model_validator(mode="after")
    def _one_way_to_get_it(self) -> Self:
        present = [key for key in (*_DOWNLOAD_KEYS, *_CHECK_KEYS) if getattr(self, key) is not None]
        missing = [key for key in _DOWNLOAD_KEYS if key not in present]
        if self.manual is not None and (present or self.redirect_hosts or self.checked):
            message = "has manual, so it can have neither a url nor what goes with one"
            raise ValueError(message)
        if self.manual is None and missing:
            message = f"lacks {', '.join(missing)}; give them, or say in manual how to get it"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _file_agrees(self) -> Self:
        if self.filename and self.format and not self.filename.endswith(f".{self.format}"):
            message = f"has the filename {self.filename!r}, which does not end in .{self.format}"
            raise ValueError(message)
        if self.size and self.max_mb and self.size > self.max_bytes:
            message = f"has a size of {self.size:,} bytes, above max_mb = {self.max_mb}"
            raise ValueError(message)
        return self

    @property
    def max_bytes(self) -> int:
        """Most bytes that a download may have; 0 where there is none."""
        return (self.max_mb or 0) * BYTES_PER_MB


def list_downloads(sources: dict[str, DatasetSource]) -> list[str]:
    """Return the ids of the datasets that have an address to download from."""
    return [key for key, source in sources.items() if source.url]


def read_sources(path: Path) -> dict[str, DatasetSource]:
    """Return the sources of ``sources.toml`` by dataset id, in the order of the file.

    A table's name is the dataset's id; its ``folder`` below the folder of raw files is the
    id too where the table gives none.

    Raises
    ------
    MissingInputError
        The file is not there.
    StorageError
        The file cannot be read.
    ConfigError
        The file is not TOML, or an entry is wrong; every fault in one message.
    """
    sources: dict[str, DatasetSource] = {}
    faults: list[str] = []
    for dataset_id, table in _read_tables(path).items():
        try:
            sources[dataset_id] = _source_of(dataset_id, table)
        except ValidationError as fault:
            faults.extend(_fault_lines(dataset_id, fault))
        except ConfigError as fault:
            faults.append(str(fault))
    faults.extend(_clashes(sources))
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        lines = "".join(f"\n  - {fault}" for fault in faults)
        message = f"{path} has {count}:{lines}\nMend these entries."
        raise ConfigError(message)
    return sources


def _read_tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        message = f"{path} is missing. Copy it from the project's data/raw."
        raise MissingInputError(message) from None
    except (ValueError, RecursionError) as fault:  # a number or a list beyond all bounds, too
        message = f"{path} is not TOML: {fault}. Mend that line."
        raise ConfigError(message) from None
    except OSError as fault:
        message = f"{path} cannot be read ({fault.strerror}). Put the list of sources there."
        raise StorageError(message) from None


def _source_of(dataset_id: str, table: object) -> DatasetSource:
    if not isinstance(table, dict):
        message = f"{dataset_id} is a value, not a table [{dataset_id}] of a dataset"
        raise ConfigError(message)
    if "id" in table:
        message = f"{dataset_id}.id: the table's name is the id; leave this line out"
        raise ConfigError(message)
    return DatasetSource.model_validate({"folder": dataset_id, **table, "id": dataset_id})


def _fault_lines(dataset_id: str, fault: ValidationError) -> Iterator[str]:
    for error in fault.errors(include_url=False, include_input=False):
        where = ".".join(map(str, (dataset_id, *error["loc"])))
        yield f"{where}: {error['msg'].removeprefix('Value error, ')}"


def _clashes(sources: dict[str, DatasetSource]) -> Iterator[str]:
    taken: dict[tuple[str, str], str] = {}
    for source in sources.values():
        if source.filename is None:
            continue
        first = taken.setdefault((source.folder, source.filename.lower()), source.id)
        if first != source.id:
            yield f"{source.id}: saves to the same file as {first}, {source.filename}"
