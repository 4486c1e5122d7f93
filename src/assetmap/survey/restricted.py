"""Files that hold people's answers: written for their owner alone, and found to be so.

Belongs here: modes of files and folders of class I and S. Does not: what is in them.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from assetmap.errors import StorageError
from assetmap.storage import move

if TYPE_CHECKING:
    from pathlib import Path

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def make_private_folder(folder: Path) -> None:
    """Make ``folder``, and those above it that are missing, for this user alone."""
    try:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=FOLDER_MODE)
        folder.chmod(FOLDER_MODE)
    except OSError as fault:
        message = (
            f"{folder}: cannot be made for this user alone ({fault.strerror}). "
            "Check free space and rights."
        )
        raise StorageError(message) from None


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file that only this user can read (0600 in a folder 0700), whole or not at all."""
    make_private_folder(path.parent)
    data = content.encode("utf-8") if isinstance(content, str) else content
    fresh = path.with_name(f"{path.name}.part")
    try:
        fresh.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(fresh, flags, FILE_MODE), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        move(fresh, path)
    except OSError as fault:
        fresh.unlink(missing_ok=True)
        message = f"{path}: cannot be written ({fault.strerror}). Check free space and rights."
        raise StorageError(message) from None


def make_private(folder: Path) -> None:
    """Take every right on ``folder`` and all below it from other users."""
    folder.chmod(FOLDER_MODE)
    for path in folder.rglob("*"):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)


def require_private(path: Path) -> None:
    """Raise StorageError where another user may read ``path`` or the folder that holds it."""
    if os.name != "posix":
        return
    wanted = {path: "600", path.parent: "700"}
    for place, mode in wanted.items():
        if place.stat().st_mode & _OTHERS:
            message = (
                f"{place}: other users of this machine may read it, and it holds people's answers. "
                f"Run: chmod {mode} '{place}'. Nothing of it was loaded."
            )
            raise StorageError(message)
