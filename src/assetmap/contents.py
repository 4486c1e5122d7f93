"""What a downloaded file must hold: told from its bytes, never from its name.

Belongs here: finding out that an answer is not the file that was asked for: an error page,
half an archive, a page of a layer. Does not: reading rows (``readers.py``), nor whether the
rows are right (``contracts.py``).
"""

from __future__ import annotations

import json
import zipfile
from typing import IO, TYPE_CHECKING, Any, Final

from assetmap import archives
from assetmap.sniffing import HEAD_BYTES, JSON, TEXT, ZIP, decode_head, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from assetmap.sources import Format


def find_fault(stream: IO[bytes], form: Format) -> str | None:
    """Return why the bytes of ``stream`` are not a whole file of ``form``, or None."""
    stream.seek(0)
    kind = kind_of(stream.read(HEAD_BYTES))
    stream.seek(0)
    return _CHECKS[form](stream, kind)


def _csv_fault(stream: IO[bytes], kind: str) -> str | None:
    if kind != TEXT:
        return f"is {kind}, not a CSV file"
    text = decode_head(stream.read(HEAD_BYTES)) or ""
    first = text.removeprefix("\ufeff").lstrip().splitlines()[0]
    if not any(separator in first for separator in ",;\t"):
        return "is text without a separator in its first line, not a CSV file"
    return None


def _geojson_fault(stream: IO[bytes], kind: str) -> str | None:
    if kind != JSON:
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
    if kind != ZIP:
        return f"is {kind}, not a ZIP archive"
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            fault = archives.find_fault(members)
            is_whole = fault is not None or archives.is_sound(archive)
    except archives.DAMAGED:
        return "is a ZIP archive that is cut short, broken or locked"
    if fault:
        return f"is a ZIP archive that {fault.what}"
    if all(member.is_dir() for member in members):
        return "is a ZIP archive without files"
    return None if is_whole else "is a ZIP archive with a damaged member"


_CHECKS: Final[dict[Format, Callable[[IO[bytes], str], str | None]]] = {
    "csv": _csv_fault,
    "geojson": _geojson_fault,
    "zip": _zip_fault,
}
