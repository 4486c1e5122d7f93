"""What a downloaded file must hold: told from its bytes, never from its name.

Belongs here: finding out that an answer is not the file that was asked for: an error page,
half an archive, a page of a layer. Does not: reading rows (``readers.py``), nor whether the
rows are right (``contracts.py``).
"""

from __future__ import annotations

import codecs
import json
import stat
import struct
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any, Final

from assetmap.inputs import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED

if TYPE_CHECKING:
    from collections.abc import Callable

    from assetmap.sources import Format

HEAD_BYTES: Final = 4_096

_ZIP_FAULTS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # zipfile, of a way of packing that it does not know
    OSError,
    RuntimeError,
    struct.error,
    ValueError,
)
_MAGIC: Final = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"%PDF", "a PDF document"),
)


def find_fault(stream: IO[bytes], form: Format) -> str | None:
    """Return why the bytes of ``stream`` are not a whole file of ``form``, or None."""
    stream.seek(0)
    kind = _kind_of(stream.read(HEAD_BYTES))
    stream.seek(0)
    return _CHECKS[form](stream, kind)


def _kind_of(head: bytes) -> str:
    """Name what a file is by its first bytes, with its article."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    text = _decode(head)
    if text is None:
        return "binary data"
    start = text.removeprefix("\ufeff").lstrip()
    if not start:
        return "an empty file"
    if start.startswith("<"):
        lowered = start.lower()
        is_page = "<html" in lowered or lowered.startswith(("<!doctype html", "<head", "<body"))
        return "an HTML page" if is_page else "an XML document"
    return "JSON" if start.startswith(("{", "[")) else "text"


def _decode(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")("replace").decode(head)
    if b"\0" in head:
        return None
    for encoding in ("utf-8", "cp1252"):
        try:
            # Incremental: a character may be cut in two where the head ends.
            return codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
    return None


def _csv_fault(stream: IO[bytes], kind: str) -> str | None:
    if kind != "text":
        return f"is {kind}, not a CSV file"
    text = _decode(stream.read(HEAD_BYTES)) or ""
    first = text.removeprefix("\ufeff").lstrip().splitlines()[0]
    if not any(separator in first for separator in ",;\t"):
        return "is text without a separator in its first line, not a CSV file"
    return None


def _geojson_fault(stream: IO[bytes], kind: str) -> str | None:
    if kind != "JSON":
        return f"is {kind}, not a GeoJSON file"
    try:
        layer = json.load(stream)
    except (ValueError, RecursionError):
        return "is JSON that is cut short or broken"
    if not isinstance(layer, dict) or layer.get("type") != "FeatureCollection":
        return "is JSON but no GeoJSON FeatureCollection"
    if not layer.get("features"):
        return "is a GeoJSON layer without features"
    if _is_page_of_layer(layer):
        return "is only a part of the layer: its server states exceededTransferLimit"
    return None


def _is_page_of_layer(layer: dict[str, Any]) -> bool:
    # An ArcGIS server cuts a query at its record limit and says so in this flag only.
    properties = layer.get("properties")
    nested = isinstance(properties, dict) and bool(properties.get("exceededTransferLimit"))
    return nested or bool(layer.get("exceededTransferLimit"))


def _zip_fault(stream: IO[bytes], kind: str) -> str | None:
    if kind != "a ZIP archive":
        return f"is {kind}, not a ZIP archive"
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            fault = _member_fault(members)
            broken = None if fault else archive.testzip()
    except _ZIP_FAULTS:
        return "is a ZIP archive that is cut short, broken or locked"
    return "is a ZIP archive with a damaged member" if broken else fault


def _member_fault(members: list[zipfile.ZipInfo]) -> str | None:
    files = [member for member in members if not member.is_dir()]
    unpacked = sum(member.file_size for member in files)
    packed = sum(member.compress_size for member in files)
    names = {member.filename for member in members}
    if not files:
        return "is a ZIP archive without files"
    if len(members) > MAX_MEMBERS:
        return f"is a ZIP archive of {len(members):,} members, more than {MAX_MEMBERS:,}"
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1):
        return f"is a ZIP archive that would unpack to {unpacked:,} bytes"
    if len(names) < len(members) or any(_is_unsafe(member) for member in members):
        return "is a ZIP archive with a repeated or unsafe member name"
    return None


def _is_unsafe(member: zipfile.ZipInfo) -> bool:
    parts = member.filename.replace("\\", "/").split("/")
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    return is_link or parts[0] == "" or ".." in parts or ":" in parts[0]


_CHECKS: Final[dict[Format, Callable[[IO[bytes], str], str | None]]] = {
    "csv": _csv_fault,
    "geojson": _geojson_fault,
    "zip": _zip_fault,
}
