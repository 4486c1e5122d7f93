"""Archives: what one must satisfy before anything of it is unpacked, and unpacking in pieces.

Belongs here: the limits of ZIP archives and of gzip, what an archive says that it holds, and
reading no more than that. Does not: which members count (``inputs.py``), nor what is in them.
An archive within an archive is never opened.
"""

from __future__ import annotations

import gzip
import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GZIP: Final = b"\x1f\x8b"

MAX_MEMBERS: Final = 1_000
MAX_UNPACKED: Final = 500_000_000
MAX_RATIO: Final = 100
"""Bytes unpacked for each byte packed: of the whole, and of each member that is large."""
LARGE_MEMBER: Final = 10_000_000
"""Up to this, one member among others may be packed as tightly as it comes."""

DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for a damaged, encrypted or unheard-of archive."""

_PIECE: Final = 2**20
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing that unpack piece by piece; others can fill the memory from a few bytes."""
_NOT_THIS: Final = "Do not use this file"
_REPACK: Final = "Look what it unpacks to, and pack that without compression"


@dataclass(frozen=True)
class Fault:
    """Why an archive is not unpacked: ``what`` it does, and what to ``do`` about it."""

    what: str
    do: str


def find_fault(infos: Sequence[zipfile.ZipInfo]) -> Fault | None:
    """Return why an archive of these members is not to be unpacked, or None."""
    for find in (_too_large, _astray, _repeated, _too_tight):
        fault = find(infos)
        if fault:
            return fault
    return None


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the content of a member, unpacked in pieces and no further than it states.

    Raises
    ------
    zipfile.BadZipFile
        The member is not as long as it states, or not what was packed. Besides, whatever else
        stands in :data:`DAMAGED`.
    """
    return b"".join(_pieces(archive, info))


def is_sound(archive: zipfile.ZipFile) -> bool:
    """Return whether every member of a safe archive can be unpacked, and is what it states."""
    try:
        for info in archive.infolist():
            for _ in _pieces(archive, info):
                pass
    except zipfile.BadZipFile:
        return False
    return True


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    length = 0
    with archive.open(info) as member:
        while piece := member.read(_PIECE):
            length += len(piece)
            yield piece
    if length != info.file_size:
        message = "a member is shorter than it states"
        raise zipfile.BadZipFile(message)


def gunzip(content: bytes) -> bytes | Fault:
    """Return what was packed with gzip, whole and with its checksum right, or the fault."""
    limit = min(MAX_UNPACKED, MAX_RATIO * len(content))
    unpacked = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            while piece := stream.read(_PIECE):
                unpacked += piece
                if len(unpacked) > limit:
                    what = f"unpacks to more than {_megabytes()} or {MAX_RATIO} times its size"
                    return Fault(f"the gzip file {what}", "Unpack it yourself")
    except EOFError:
        return Fault("the gzip file is cut short", "Download it again")
    except (OSError, zlib.error):
        return Fault("the gzip file is damaged", "Download it again")
    return bytes(unpacked)


def _too_large(infos: Sequence[zipfile.ZipInfo]) -> Fault | None:
    if len(infos) > MAX_MEMBERS:
        what = f"unpacks to more than {MAX_MEMBERS:,} files: it has {len(infos):,}"
        return Fault(what, "Unpack what you need")
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        return Fault(f"unpacks to more than {_megabytes()}", "Unpack what you need")
    return None


def _astray(infos: Sequence[zipfile.ZipInfo]) -> Fault | None:
    if any(stat.S_ISLNK(info.external_attr >> 16) for info in infos):
        return Fault("holds a link, which leads outside it", _NOT_THIS)
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        if parts[0] == "" or ".." in parts or ":" in parts[0]:
            return Fault("holds a path that leads outside it", _NOT_THIS)
    if any("\\" in info.filename for info in infos):
        what = "holds a path with a backslash, which not every system reads alike"
        return Fault(what, "Make it again")
    return None


def _repeated(infos: Sequence[zipfile.ZipInfo]) -> Fault | None:
    names = Counter(info.filename for info in infos)
    folded = Counter(_fold(name) for name in names)
    if len(names) < len(infos):
        return Fault("holds a name twice", "Make it again")
    if len(folded) < len(names):
        what = "holds two names that are one where capital letters do not count"
        return Fault(what, "Rename one")
    return None


def _fold(name: str) -> str:
    """Return a name as systems compare it that fold case and compose accents."""
    parts = (part for part in name.split("/") if part not in ("", "."))
    return unicodedata.normalize("NFC", "/".join(parts)).casefold()


def _too_tight(infos: Sequence[zipfile.ZipInfo]) -> Fault | None:
    if any(info.compress_type not in _PACKED for info in infos):
        return Fault("is packed in a way that is not read", "Make it again as a plain ZIP archive")
    large = [info for info in infos if info.file_size > LARGE_MEMBER]
    if any(info.file_size > MAX_RATIO * info.compress_size for info in large):
        what = f"holds a member that unpacks to more than {MAX_RATIO} times its size"
        return Fault(what, _REPACK)
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_RATIO * sum(info.compress_size for info in infos):
        return Fault(f"unpacks to more than {MAX_RATIO} times its size", _REPACK)
    return None


def _megabytes() -> str:
    return f"{MAX_UNPACKED // 1_000_000} MB"
