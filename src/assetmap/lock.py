"""One writer at a time: the lock that a run holds on its output folder.

Belongs here: taking and freeing the lock. The kernel frees it when the process dies.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from assetmap.errors import BusyError, StorageError
from assetmap.survey.restricted import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assetmap.settings import Settings


@contextmanager
def hold(settings: Settings) -> Iterator[None]:
    """Hold the lock of ``settings.out`` while the body runs.

    Raises
    ------
    BusyError
        Another run holds it.
    StorageError
        The folder cannot be written.
    """
    folder = settings.builds
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)  # open: the published site is beside it
        make_private_folder(folder)
        lock = FileLock(folder / ".lock", timeout=0, mode=0o600)
        lock.acquire()
    except Timeout:
        message = f"{folder}: another run is writing there. Wait until it has ended."
        raise BusyError(message) from None
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        message = f"{folder}: cannot be written ({reason}). Check free space and rights."
        raise StorageError(message) from None
    try:
        yield
    finally:
        lock.release()
