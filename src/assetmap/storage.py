"""Bytes that stay: flushing files and folders to the disk, and faults of the disk in one sentence.

Belongs here: fsync of trees, the rename that is on the disk when it returns, turning an OSError
into a StorageError. Does not: which folder is which (``store.py``).
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from assetmap.errors import AssetmapError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NUMBERED: Final = re.compile(r"(\d{6,})-([0-9a-f]{12})")
"""Name of a folder of a store: its number, and the first digits of the hash of its index."""

_POINTED: Final = re.compile(rf"(?!\.\.?/)(?:[^/\\:\x00-\x1f]+/(?!\.\.?/))+{NUMBERED.pattern}\n?")
_LONGEST_POINTER: Final = 4_096


@contextmanager
def refusals_of_disk(where: Path, what: str, then: str) -> Iterator[None]:
    """Turn an OSError inside the ``with`` into a StorageError about ``where``.

    ``what`` says what could not be done, ``then`` what is still as it was.
    """
    try:
        yield
    except AssetmapError:
        raise
    except OSError as fault:
        message = (
            f"{where}: {what} ({fault.strerror or type(fault).__name__}). {then} Check free space "
            "and rights, and run it again."
        )
        raise StorageError(message) from fault


def flush_tree(folder: Path) -> None:
    """Put every file below ``folder``, and the folders themselves, onto the disk."""
    for path in sorted(folder.rglob("*")):
        if not path.is_symlink():
            _flush(path)
    _flush(folder)


def write_flushed(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a new file whose bytes are on the disk when this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def pointer_file(link: Path) -> Path:
    """Return the text file that does the work of a link where there are no links."""
    return link.with_name(f"{link.name}.pointer")


def follow(link: Path) -> Path:
    """Return the folder that a pointer names, or ``link`` itself where it is no pointer.

    Raises
    ------
    StorageError
        The text file that does the work of a link names no numbered folder below its own.
    """
    if link.is_symlink():
        return link.parent / link.readlink()
    if not link.exists() and pointer_file(link).is_file():
        return link.parent / _read_pointer(pointer_file(link))
    return link


def _read_pointer(file: Path) -> str:
    """Return the path in a pointer file: never one that leads out of the folder it stands in."""
    with (
        refusals_of_disk(file, "cannot be read", "Nothing was changed."),
        file.open("rb") as stream,
    ):
        text = stream.read(_LONGEST_POINTER).decode("utf-8", "replace")
    if not _POINTED.fullmatch(text):
        message = (
            f"{file}: it names no numbered folder beside it, so what stands is not known. Remove "
            "it and run again."
        )
        raise StorageError(message)
    return text.strip()


def standing(pointer: Path) -> Path:
    """Return the path by which a pointer's folder is reached: its own, wherever links work."""
    return pointer if pointer.exists() else follow(pointer)


def move(source: Path, target: Path) -> None:
    """Rename ``source`` to ``target`` in one step that is on the disk when this returns."""
    os.replace(source, target)  # noqa: PTH105 - the atomic call, named as such
    _flush(target.parent)
    if source.parent != target.parent:
        _flush(source.parent)


def remove(path: Path) -> None:
    """Remove what stands under a name: a link, a file, or a folder with all that is in it."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def _flush(path: Path) -> None:
    is_folder = path.is_dir()
    try:
        handle = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    except OSError:
        if is_folder:  # systems that know no handles of folders flush renames by themselves
            return
        raise
    try:
        # Some network drives refuse to flush a folder; the files themselves must be flushed.
        with suppress(OSError) if is_folder else _nothing():
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _nothing() -> Iterator[None]:
    yield
