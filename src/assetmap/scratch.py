"""Private folders outside the project, for work whose results nobody keeps.

Belongs here: making such a folder, and clearing away those of processes that were killed: they
may hold people's answers, which an erasure must reach. Does not: what is done in them
(``reproduce.py``).

A folder is in use for as long as its process holds a lock on it, which the kernel frees when the
process dies.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assetmap.storage import refusals_of_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX: Final = "assetmap-again-"
_OWN: Final = re.compile(rf"{_PREFIX}[a-z0-9_]{{8}}")


@contextmanager
def private_folder() -> Iterator[Path]:
    """Give an empty folder for this user alone, gone afterwards.

    Raises
    ------
    StorageError
        No folder can be made.
    """
    clear_abandoned()
    place = Path(tempfile.gettempdir())
    with refusals_of_disk(place, "no private folder can be made", "Nothing was changed."):
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    with _in_use(folder):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def clear_abandoned() -> None:
    """Remove this user's folders that no living process uses; what cannot be removed is left.

    Where folders have no locks, which of them are in use is not known, and all are left.
    """
    if os.name != "posix":
        return
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).iterdir():
            if _OWN.fullmatch(folder.name) and _is_own(folder):
                with suppress(OSError), _in_use(folder):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid()


@contextmanager
def _in_use(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; OSError where another process holds it."""
    if os.name != "posix":
        yield
        return
    import fcntl  # noqa: PLC0415 - not on every system

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
