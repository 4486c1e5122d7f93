"""Files as received: which ones a folder holds, and opening them safely.

Belongs here: files and members of archives, their hashes, refusing what cannot be trusted.
Does not: what is in them (``readers.py``, ``workbook.py``, ``layers/``).
"""

from __future__ import annotations

import hashlib
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, NoReturn

from assetmap.archives import DAMAGED, find_fault, read_member
from assetmap.errors import MissingInputError, StorageError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTER_MARK: Final = "_starter"
"""Files with this mark in their name give way to any other file in the folder."""
SYNTHETIC_MARK: Final = "_synthetic"
"""The same for files about people who were made up."""

_NOT_DATA: Final = (
    *("readme*", "licence*", "license*", "*.toml", ".*", "*.part"),
    *("~$*", "thumbs.db", "desktop.ini", "*.pdf", "*.docx"),
)
_WORKBOOK_PARTS: Final = {"[Content_Types].xml", "mimetype"}


@dataclass(frozen=True)
class InputFile:
    """One file to read: on disk, or a member of a ZIP archive on disk."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """File name for messages and the quarantine, without folders."""
        member = PurePosixPath(self.member).name
        return f"{self.path.name}/{member}" if member else self.path.name

    @property
    def is_starter(self) -> bool:
        """True for the extract that the project ships."""
        return _gives_way(self.path)

    @property
    def is_synthetic(self) -> bool:
        """True for a file about people who were made up."""
        return SYNTHETIC_MARK in self.path.name

    def read(self) -> bytes:
        """Return the content; StorageError where the disk refuses."""
        with _allowed(self.path):
            return self._read_member() if self.member else self.path.read_bytes()

    def _read_member(self) -> bytes:
        what = "it is damaged or locked by a password"
        with undamaged(self.name, what), zipfile.ZipFile(self.path) as archive:
            return read_member(archive, archive.getinfo(self.member))


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with _allowed(path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def find_inputs(folder: Path, members: str, files: str = "*") -> list[InputFile]:
    """Return the data files of a dataset folder, in name order.

    Of the folder, those files count whose name matches the pattern ``files``. Full files
    push aside the starter extract; ZIP archives count by those members whose name matches
    one of the patterns ``members``, which spaces part. An empty list means that there is
    nothing.
    """
    if not folder.is_dir():
        return []
    with _allowed(folder):
        found = (p for p in folder.iterdir() if p.is_file() and not _is_note(p.name))
        paths = sorted(p for p in found if fnmatch(p.name.lower(), files))
    odd = next((p for p in paths if not _is_text(p.name)), None)
    if odd is not None:
        refuse(ascii(odd.name), "the file's name is not UTF-8", "Rename it")
    full = [p for p in paths if not _gives_way(p)]
    return [source for path in full or paths for source in open_archive(path, members)]


def require_inputs(
    dataset_id: str, folder: Path, members: str, remedy: str, files: str = "*"
) -> list[InputFile]:
    """Return :func:`find_inputs`; MissingInputError that ends with the ``remedy`` if none."""
    inputs = find_inputs(folder, members, files)
    if inputs:
        return inputs
    lack = "is missing" if not folder.is_dir() else "holds no data file"
    message = f"{dataset_id}: {folder} {lack}. {remedy}"
    raise MissingInputError(message)


@contextmanager
def _allowed(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError:
        message = f"{path}: no right to read it. Give this user the right to read it."
        raise StorageError(message) from None
    except OSError as fault:
        message = f"{path}: cannot be read ({fault.strerror}). Check the disk that it is on."
        raise StorageError(message) from None


@contextmanager
def undamaged(name: str, what: str) -> Iterator[None]:
    """Turn what zipfile raises for a damaged archive into one UnreadableFileError."""
    try:
        yield
    except (PermissionError, UnreadableFileError):
        raise
    except DAMAGED:
        refuse(name, what, "Download it again")


def refuse(name: str, what: str, do: str) -> NoReturn:
    """Raise UnreadableFileError: where, what is wrong, what to do."""
    message = f"{name}: {what}. {do}; nothing of this file was loaded."
    raise UnreadableFileError(message) from None  # what it came from may quote a cell


def _gives_way(path: Path) -> bool:
    return STARTER_MARK in path.name or SYNTHETIC_MARK in path.name


def _is_text(name: str) -> bool:
    return name.encode("utf-8", "replace").decode("utf-8") == name


def _is_note(name: str) -> bool:
    return any(fnmatch(name.lower(), pattern) for pattern in _NOT_DATA)


def open_archive(path: Path, members: str) -> list[InputFile]:
    """Return a file, or those members of a ZIP archive that match one of ``members``."""
    with _allowed(path), path.open("rb") as stream:
        is_zip = stream.read(4) == b"PK\x03\x04"
    if not is_zip or path.suffix.lower() == ".xlsx":
        return [InputFile(path)]
    what = "the archive is cut short or damaged"
    with undamaged(path.name, what), zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    if _WORKBOOK_PARTS & {info.filename for info in infos}:
        return [InputFile(path)]  # its reader refuses it as the workbook that it is
    require_safe(path.name, infos)
    wanted = sorted(i.filename for i in infos if _is_member(i.filename, members))
    if not wanted:
        what = f"no member of the archive matches {members}"
        refuse(path.name, what, "Put in the data file itself")
    return [InputFile(path, member) for member in wanted]


def _is_member(filename: str, members: str) -> bool:
    name = "" if filename.endswith("/") else PurePosixPath(filename).name
    is_wanted = any(fnmatch(filename.lower(), pattern) for pattern in members.split())
    return name != "" and not _is_note(name) and is_wanted


def require_safe(name: str, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that is too large, or that leads outside itself."""
    fault = find_fault(infos)
    if fault:
        refuse(name, f"the archive {fault.what}", fault.do)
