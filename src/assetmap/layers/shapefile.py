"""Shapefiles, each whole in a ZIP archive.

Belongs here: finding the parts, what must agree between them, the encoding of the texts. Does
not: archives that cannot be trusted (``inputs.py``), nor what a geometry must satisfy
(``layer.py``).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pyogrio.errors

from assetmap.errors import CRSError
from assetmap.inputs import open_archive
from assetmap.layers.arrow import from_arrow, read_arrow
from assetmap.layers.layer import refuse_layer, require_epsg

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from assetmap.inputs import InputFile
    from assetmap.layers.layer import Layer

SUFFIXES: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qpj")
"""Endings of the parts of a shapefile; one that lies open in a folder is refused."""

_NEEDED: Final = (".shp", ".shx", ".dbf")
_MAGIC: Final = b"\x00\x00\x27\x0a"
_HEADER: Final = 100
_RAW: Final = "ISO-8859-1"
"""Each byte is one character: GDAL hands the texts over as they are, to be decoded here."""
_AGAIN: Final = "Export it again, whole, and put it into a new ZIP archive"


def read_shapefile(source: InputFile) -> Layer:
    """Return the features of the one shapefile that the archive of ``source`` holds."""
    if not source.member:
        do = "Put its .shp, .shx, .dbf and .prj into one ZIP archive, and take them out here"
        refuse_layer(source.name, "it is a part of a shapefile that lies open in the folder", do)
    parts = _read_parts(source)
    what = _find_fault(parts)
    if what:
        refuse_layer(source.name, what, _AGAIN)
    encoding, notes = _find_encoding(parts)
    try:
        meta, table = _open(parts)
    except pyogrio.errors.DataSourceError:
        refuse_layer(source.name, "it is a shapefile that is damaged", _AGAIN)
    if table.num_rows != _records(parts[".dbf"]) - _deleted(parts[".dbf"]):
        refuse_layer(source.name, "some of its records cannot be read", _AGAIN)
    layer = from_arrow(meta, table, require_epsg(meta["crs"], source.name))
    return replace(layer, properties=_decode(layer.properties, encoding), notes=notes)


def _read_parts(source: InputFile) -> dict[str, bytes]:
    """Return the content of each part by its ending."""
    members = open_archive(source.path, "*")
    paths = {member: PurePosixPath(member.member.lower()) for member in members}
    layers = [path for path in paths.values() if path.suffix == ".shp"]
    if len(layers) != 1:
        what = f"the archive holds {len(layers)} shapefiles; which one is meant cannot be told"
        refuse_layer(source.path.name, what, "Put each into an archive of its own, and keep one")
    stem = layers[0].with_suffix("")
    own = {path.suffix: member for member, path in paths.items() if path.with_suffix("") == stem}
    missing = [suffix for suffix in _NEEDED if suffix not in own]
    if missing:
        what = f"the archive lacks {' and '.join(missing)} beside {source.name}"
        refuse_layer(source.path.name, what, _AGAIN)
    if ".prj" not in own:
        message = (
            f"{source.name} has no .prj beside it, so its coordinate system is not known and is "
            f"not guessed. {_AGAIN}; nothing of this file was loaded."
        )
        raise CRSError(message)
    return {suffix: own[suffix].read() for suffix in (*_NEEDED, ".prj", ".cpg") if suffix in own}


def _find_fault(parts: dict[str, bytes]) -> str | None:
    """Return what shows that the parts are not one whole shapefile."""
    shp, shx, dbf = (parts[suffix] for suffix in _NEEDED)
    if not (shp.startswith(_MAGIC) and shx.startswith(_MAGIC)):
        return "it is no shapefile"
    if any(len(part) < max(_length(part), _HEADER) for part in (shp, shx)) or _is_short(dbf):
        return "it is a shapefile that is cut short"
    if (_length(shx) - _HEADER) // 8 != _records(dbf):
        return "its parts hold different numbers of records"
    return None


def _length(part: bytes) -> int:
    """Return the length that a .shp or .shx states, in bytes."""
    return 2 * int.from_bytes(part[24:28], "big")


def _records(dbf: bytes) -> int:
    return int.from_bytes(dbf[4:8], "little")


def _sizes(dbf: bytes) -> tuple[int, int]:
    """Return the bytes of the heading and of one record."""
    return int.from_bytes(dbf[8:10], "little"), int.from_bytes(dbf[10:12], "little")


def _is_short(dbf: bytes) -> bool:
    heading, record = _sizes(dbf)
    return heading == 0 or record == 0 or len(dbf) < heading + _records(dbf) * record


def _deleted(dbf: bytes) -> int:
    """Return how many records are marked as deleted: they are no features."""
    heading, record = _sizes(dbf)
    return dbf[heading : heading + _records(dbf) * record : record].count(b"*")


def _find_encoding(parts: dict[str, bytes]) -> tuple[str, tuple[str, ...]]:
    """Return the encoding that the texts are in, and a note where none is stated."""
    stated = parts.get(".cpg", b"").decode("ascii", "replace").strip()
    heading, record = _sizes(parts[".dbf"])
    texts = parts[".dbf"][32 : heading + _records(parts[".dbf"]) * record]
    for encoding in (stated, "UTF-8"):
        if _reads(texts, encoding):
            return encoding, () if encoding == stated else ("no encoding stated, read as UTF-8",)
    return "cp1252", ("no encoding stated, read as Windows-1252",)


def _reads(texts: bytes, encoding: str) -> bool:
    try:
        return b"A".decode(encoding) == "A" and bool(texts.decode(encoding))
    except (LookupError, ValueError):  # no such encoding, or not that one
        return False


def _open(parts: dict[str, bytes]) -> tuple[dict[str, Any], pa.Table]:
    # Under names of our own: GDAL then opens nothing that the archive names.
    with TemporaryDirectory() as folder:
        for suffix in (*_NEEDED, ".prj"):
            (Path(folder) / f"layer{suffix}").write_bytes(parts[suffix])
        return read_arrow(Path(folder) / "layer.shp", encoding=_RAW)


def _decode(texts: pd.DataFrame, encoding: str) -> pd.DataFrame:
    def decode(text: str) -> str:
        return text.encode(_RAW).decode(encoding, "replace")

    return texts.map(decode).rename(columns=decode)
