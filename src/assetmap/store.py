"""Whole folders side by side, and the one pointer that says which of them counts.

Belongs here: making a folder beside the last one, sealing it, turning the pointer, keeping the
last few. Does not: what is in a folder (``build.py``, ``publish/``), who may write (``lock.py``).

A store is a folder of numbered folders, such as ``data/editions/000004-9f2c61aa03be``, and a
pointer such as ``maps``. The name ends with the first digits of the SHA-256 of the folder's own
index file, in which every other file stands with its hash: so a folder proves itself. A new
folder grows as ``.growing``, is flushed to the disk, renamed to its number, and then the pointer
is turned to it: each of these steps happens whole or not at all, and a reader who follows the
pointer sees one whole folder, the old or the new.

The pointer is a symbolic link. On a file system without such links it is a text file with
``.pointer`` behind the link's name, which holds the same relative path.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assetmap.errors import StorageError
from assetmap.inputs import hash_file
from assetmap.storage import (
    NUMBERED,
    flush_tree,
    follow,
    move,
    pointer_file,
    refusals_of_disk,
    remove,
    write_flushed,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from assetmap.settings import Settings

KEPT: Final = 3
"""How many folders of a store are kept, the one that counts among them."""

BUILD: Final = "build.json"
"""Index of a build."""

MANIFEST: Final = "manifest.json"
"""Index of a published site."""

GROWING: Final = ".growing"
TAKEN: Final = ".taken"
_GONE: Final = ".*.gone"
_DIGITS: Final = 12
_NO_INDEX: Final = "0" * _DIGITS
_MAX_LINKS: Final = 8


@dataclass(frozen=True)
class Store:
    """Where numbered folders stand, the pointer to one of them, and the name of their index.

    ``what`` is the word for such a folder in messages.
    """

    folder: Path
    pointer: Path
    index: str
    what: str

    @property
    def growing(self) -> Path:
        """The folder that a run fills; it belongs to nobody else and counts for nothing."""
        return self.folder / GROWING

    @property
    def taken(self) -> Path:
        """A folder that stood in the pointer's place, until the pointer itself stands there."""
        return self.folder / TAKEN


def builds_of(settings: Settings) -> Store:
    """Return the store of builds, which hold people's answers; ``data/processed`` points to one."""
    return Store(settings.builds, settings.out / "data" / "processed", BUILD, "build")


def editions_of(settings: Settings) -> Store:
    """Return the store of published sites; ``maps`` points to the one that stands."""
    return Store(settings.editions, settings.out / "maps", MANIFEST, "site")


def current(store: Store) -> Path | None:
    """Return the folder that counts now; None where there is none yet.

    A folder that stands under the pointer's own name counts too: it was put there by hand or by
    a version without a store.
    """
    target = follow(_own_pointer(store))
    return target if target.is_dir() else None


def kept(store: Store) -> list[Path]:
    """Return the numbered folders of a store, the oldest first."""
    if not store.folder.is_dir():
        return []
    found = (path for path in store.folder.iterdir() if NUMBERED.fullmatch(path.name))
    return sorted((path for path in found if path.is_dir()), key=number_of)


def number_of(folder: Path) -> int:
    """Return the number of a sealed folder; 0 for any other."""
    match = NUMBERED.fullmatch(folder.name)
    return int(match[1]) if match else 0


def is_by_hand(folder: Path) -> bool:
    """Return True where a numbered folder was taken in without an index: no run made it."""
    match = NUMBERED.fullmatch(folder.name)
    return match is not None and match[2] == _NO_INDEX


def made(store: Store) -> list[Path]:
    """Return the folders of a store that a run made, the oldest first."""
    return [path for path in kept(store) if not is_by_hand(path)]


def is_sealed(store: Store, folder: Path) -> bool:
    """Return True where the index of a numbered folder is the one that it was sealed with."""
    match, index = NUMBERED.fullmatch(folder.name), folder / store.index
    return match is not None and index.is_file() and hash_file(index)[:_DIGITS] == match[2]


def grow(store: Store, mode: int = 0o777) -> Path:
    """Return a fresh folder for a run to fill; what an earlier run left half-made is removed.

    Raises
    ------
    StorageError
        The folder cannot be made.
    """
    with refusals_of_disk(store.folder, "no new folder can be made", "Nothing was changed."):
        store.folder.mkdir(parents=True, exist_ok=True, mode=mode)
        remove(store.growing)
        store.growing.mkdir(mode=mode)
    return store.growing


def seal(store: Store) -> Path:
    """Give the grown folder its number, with all its bytes on the disk; the pointer stays.

    Raises
    ------
    StorageError
        The disk is full or refuses.
    """
    digest = hash_file(store.growing / store.index)[:_DIGITS]
    with refusals_of_disk(store.folder, "the new folder cannot be kept", "The last one stands."):
        flush_tree(store.growing)
        # A folder that turn() will take in is the older one: a number is left for it.
        number = _next_number(store) + _is_folder(_own_pointer(store))
        final = store.folder / f"{number:06d}-{digest}"
        move(store.growing, final)
    return final


def turn(store: Store, folder: Path) -> None:
    """Make ``folder`` the one that counts, in one step.

    What stands under the pointer's name and is a folder of its own is taken into the store, so
    that nothing is lost. This once there is a moment at which nothing stands there.

    Raises
    ------
    StorageError
        The disk refuses, or something that is no folder of ours stands where the pointer belongs
        or leads to; the pointer is as it was.
    """
    link = _own_pointer(store)
    with refusals_of_disk(link, "cannot be turned to the new folder", "The last one still counts."):
        link.parent.mkdir(parents=True, exist_ok=True)
        _require_place(store, link)
        try:
            if _is_folder(link):
                move(link, store.taken)
            _point(link, folder)
        finally:
            _settle_taken(store, link)


def recover(store: Store) -> None:
    """Clear away what a run left that was cut off; what stood before it stands.

    Call it while holding the lock.

    Raises
    ------
    StorageError
        The disk refuses.
    """
    link = _own_pointer(store)
    with refusals_of_disk(store.folder, "cannot be tidied", "What stood still stands."):
        _settle_taken(store, link)
        for left in (store.growing, _turning(link), *_half_removed(store)):
            remove(left)


def prune(store: Store, *, keep: int = KEPT, spare: Collection[Path] = ()) -> list[Path]:
    """Remove all but the newest ``keep`` folders, the current one and those to ``spare``.

    Returns
    -------
    The folders that were removed, the oldest first.
    """
    now = current(store)
    resolved = {path.resolve() for path in (*spare, *([now] if now else []))}
    folders = kept(store)
    newest = set(folders[max(0, len(folders) - keep) :])
    gone = [path for path in folders if path not in newest and path.resolve() not in resolved]
    with refusals_of_disk(store.folder, "old folders cannot be removed", "The new one stands."):
        for path in gone:
            # Renamed first: a folder that is half removed must not look whole.
            doomed = path.with_name(f".{path.name}.gone")
            move(path, doomed)
        for left in _half_removed(store):
            remove(left)
    return gone


def _half_removed(store: Store) -> list[Path]:
    return list(store.folder.glob(_GONE)) if store.folder.is_dir() else []


def _next_number(store: Store) -> int:
    return max(map(number_of, kept(store)), default=0) + 1


def _own_pointer(store: Store) -> Path:
    """Return the pointer itself: behind links that lead elsewhere, such as to a web root."""
    link = store.pointer
    for _ in range(_MAX_LINKS):
        if not link.is_symlink():
            return link
        target = Path(os.path.abspath(link.parent / link.readlink()))  # noqa: PTH100 - follow none
        if target.parent.resolve() == store.folder.resolve():
            return link
        link = target
    message = f"{store.pointer}: its links lead round in a circle. Remove it and run it again."
    raise StorageError(message)


def _require_place(store: Store, link: Path) -> None:
    """Refuse what must not be taken into the store: a file, and a folder of other things."""
    if link.exists() and not link.is_dir():
        message = f"{link} is a file where the {store.what}'s folder belongs. Move it away."
        raise StorageError(message)
    if link == store.pointer or not _is_folder(link) or (link / store.index).is_file():
        return
    if any(link.iterdir()):
        message = (
            f"{store.pointer} leads to {link}, which holds other things than a {store.what}. Empty "
            "that folder or let the link lead elsewhere; nothing was changed."
        )
        raise StorageError(message)


def _is_folder(link: Path) -> bool:
    return link.is_dir() and not link.is_symlink()


def _turning(link: Path) -> Path:
    return link.with_name(f".{link.name}.turning")


def _point(link: Path, folder: Path) -> None:
    """Put a fresh pointer over the last one."""
    path = Path(os.path.relpath(folder, link.parent))
    fresh = _turning(link)
    remove(fresh)
    if _try_link(fresh, path):
        move(fresh, link)
        pointer_file(link).unlink(missing_ok=True)
    else:
        write_flushed(fresh, f"{path.as_posix()}\n".encode())
        move(fresh, pointer_file(link))
        if link.is_symlink():  # made where links work; until now it was the one that counts
            link.unlink()


def _settle_taken(store: Store, link: Path) -> None:
    """Give what was taken a number below the folder that counts, or its place where none does."""
    if not store.taken.is_dir():
        return
    now = current(store)
    if now is None:
        move(store.taken, link)
        return
    index = store.taken / store.index
    digest = hash_file(index)[:_DIGITS] if index.is_file() else _NO_INDEX
    used = {number_of(path) for path in kept(store)}
    below = number_of(now) - 1
    number = below if below > 0 and below not in used else _next_number(store)
    move(store.taken, store.folder / f"{number:06d}-{digest}")


def _try_link(place: Path, target: Path) -> bool:
    try:
        place.symlink_to(target, target_is_directory=True)
    except (OSError, NotImplementedError):
        return False
    return True
