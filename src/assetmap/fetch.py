"""Download one dataset's file from its publisher, or keep the one that is there.

Belongs here: the temporary file, the swap of the finished one, and what a failure tells the
user. Does not: which address a dataset has (``sources.py``), the transfer itself
(``transfer.py``), what the bytes must look like (``contents.py``), nor any output.

A download is written beside its target under a ``.part`` name and renamed only when it is
whole and checked, so that the target is the old file or the new one and never half of it.
"""

from __future__ import annotations

import logging
import os
import random
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Literal, NoReturn

from filelock import FileLock, Timeout

from assetmap.contents import find_fault
from assetmap.errors import AssetmapError, BusyError, DownloadError, StorageError
from assetmap.inputs import STARTER_MARK, hash_file
from assetmap.transfer import DEFAULT_LIMITS, Limits, Progress, Transfer, TransferError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assetmap.sources import DatasetSource

__all__ = ["FetchResult", "Limits", "fetch"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class FetchResult:
    """What a download did: the file, and whether it differs from the one before."""

    dataset_id: str
    path: Path
    size_bytes: int
    sha256: str
    state: Literal["downloaded", "unchanged"]
    note: str


def fetch(
    source: DatasetSource,
    folder: Path,
    *,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
) -> FetchResult:
    """Download the file of ``source`` into ``folder``; on failure the file there stays.

    ``folder`` is the dataset's own folder and is made where it is missing. Other files in
    it are left alone. ``jitter`` returns a number from 0 to 1.

    Raises
    ------
    DownloadError
        The file cannot be had, or is not what was asked for; the message says what is kept
        and where to get the file by hand. Always so for a source without an address.
    StorageError
        The disk is full or read-only, or a right is missing.
    BusyError
        Another process is downloading the same file.
    """
    if source.url is None or source.filename is None:
        message = f"{source.id}: there is no single file to download. {source.manual}"
        raise DownloadError(message)
    target = folder / source.filename
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _part_file(source, target) as stream:
            transfer = Transfer(source, stream, limits, progress)
            transfer.run(sleep, jitter)
            _require_good(transfer)
            return _keep(transfer, target)
    except TransferError as fault:
        raise DownloadError(_failure(source, target, str(fault))) from None
    except AssetmapError:
        raise
    except OSError as fault:
        _raise_storage(source, target, fault)


def _require_good(transfer: Transfer) -> None:
    """Raise unless the file is of its format and has its stated size and hash."""
    source, size, sha256 = transfer.source, transfer.received, transfer.digest.hexdigest()
    fault = find_fault(transfer.stream, source.format) if source.format else None
    if fault:
        message = f"the answer of {transfer.host} ({size:,} bytes) {fault}"
        raise TransferError(message)
    if source.size is not None and source.size != size:
        message = f"the file has {size:,} bytes, not the {source.size:,} of sources.toml"
        raise TransferError(message)
    if source.sha256 is not None and source.sha256 != sha256:
        message = (
            f"the file's SHA-256 begins with {sha256[:12]}, that of sources.toml with "
            f"{source.sha256[:12]}"
        )
        raise TransferError(message)


@contextmanager
def _part_file(source: DatasetSource, target: Path) -> Iterator[IO[bytes]]:
    """Open the temporary file, locked and empty; it is gone after a failure."""
    part = target.with_name(f"{target.name}.part")
    lock = FileLock(target.with_name(f".{target.name}.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        message = f"{source.id}: another run is downloading {target.name}. Wait until it has ended."
        raise BusyError(message) from None
    # The kernel frees the lock when a process dies, so what such a one left is ours to clear.
    try:
        part.unlink(missing_ok=True)
        with part.open("x+b") as stream:
            yield stream
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        lock.release()


def _keep(transfer: Transfer, target: Path) -> FetchResult:
    """Put the finished file in its place, unless the same bytes are there."""
    part, sha256 = target.with_name(f"{target.name}.part"), transfer.digest.hexdigest()
    is_same = target.is_file() and hash_file(target) == sha256
    if not is_same:
        transfer.stream.flush()
        os.fsync(transfer.stream.fileno())
        transfer.stream.close()
        part.replace(target)
        _sync_folder(target.parent)
    state: Literal["downloaded", "unchanged"] = "unchanged" if is_same else "downloaded"
    _LOG.info("%s: %s, %d bytes", transfer.source.id, state, transfer.received)
    return FetchResult(
        dataset_id=transfer.source.id,
        path=target,
        size_bytes=transfer.received,
        sha256=sha256,
        state=state,
        note=_note(transfer),
    )


def _note(transfer: Transfer) -> str:
    notes = []
    if transfer.source.sha256 is None:
        notes.append("sources.toml has no SHA-256 to compare with")
    if transfer.total is None and transfer.source.size is None:
        notes.append("the server stated no length, so a cut at the end would not show")
    return "; ".join(notes)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folder as a file, and keeps the rename by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _failure(source: DatasetSource, target: Path, reason: str) -> str:
    doubt = "" if source.checked else " Its address in sources.toml has not been checked."
    return (
        f"{source.id}: {reason}. {_what_is_kept(target)}{doubt} Try again later, or download "
        f"the file from {source.page} and save it as {target}."
    )


def _what_is_kept(target: Path) -> str:
    if target.is_file():
        found = target.stat()
        day = datetime.fromtimestamp(found.st_mtime, tz=UTC).date()
        return f"The file of {day} that is there ({found.st_size:,} bytes) is kept."
    if any(STARTER_MARK in path.name for path in target.parent.glob("*")):
        return "Nothing was saved; the starter extract that is there stays in use."
    return "Nothing was saved."


def _raise_storage(source: DatasetSource, target: Path, fault: OSError) -> NoReturn:
    reason = os.strerror(fault.errno) if fault.errno else type(fault).__name__
    message = (
        f"{source.id}: {target} cannot be written ({reason}). {_what_is_kept(target)} Make room "
        "on the disk, or give the right to write there, and fetch again."
    )
    raise StorageError(message) from None
