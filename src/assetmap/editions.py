"""Builds and published sites as they are kept: proved whole, gone back to, and forgotten.

Belongs here: what ``assetmap verify`` and ``assetmap rollback`` do, and what an erasure takes away
with it. Does not: making a build or a site (``build.py``, ``pipeline.py``), the folders
themselves (``store.py``).
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from assetmap import people_release
from assetmap.build import hash_erasures
from assetmap.errors import DisclosureError, IntegrityError, MissingInputError
from assetmap.inputs import hash_file
from assetmap.integrity import find_differences, read_index, require_whole
from assetmap.lock import hold
from assetmap.reports import find_lapsed
from assetmap.scratch import clear_abandoned
from assetmap.storage import refusals_of_disk, remove
from assetmap.store import (
    BUILD,
    KEPT,
    MANIFEST,
    builds_of,
    current,
    editions_of,
    is_by_hand,
    is_sealed,
    kept,
    made,
    number_of,
    prune,
    recover,
    turn,
)
from assetmap.survey.restricted import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from assetmap.settings import Settings
    from assetmap.store import Store

ERASED: Final = "erased.txt"
"""Hash over those who were erased when the site was last published, among the releases."""

_NOBODY: Final = hashlib.sha256(b"").hexdigest()
"""That hash before the first record of it: who is erased now was not erased then."""

_REBUILD: Final = "Run `assetmap build` to make it again."
_REPUBLISH: Final = "Run `assetmap publish` to make it again, or `assetmap rollback`."
_DELETE: Final = "Nobody can go back to it: delete that folder."
_COPY: Final = "Copy it again from where it stands."
_REPUBLISH_ONLY: Final = "No other is kept; `assetmap publish` makes a new one."


@contextmanager
def take_over(settings: Settings) -> Iterator[None]:
    """Hold the lock of ``settings.out``, once what a run left that was cut off is put right.

    Raises
    ------
    BusyError
        Another run holds the lock.
    StorageError
        The disk refuses.
    """
    with hold(settings):
        for store in (builds_of(settings), editions_of(settings)):
            recover(store)
        with refusals_of_disk(settings.releases, "cannot be tidied", "The site is unchanged."):
            people_release.settle(settings)
        clear_abandoned()
        try:
            yield
        finally:
            for store in (builds_of(settings), editions_of(settings)):
                with suppress(OSError):  # the next run tidies what this one cannot
                    remove(store.growing)


def require_build(settings: Settings) -> None:
    """Raise IntegrityError unless the last build is what it was when it was made.

    Files that came later, such as a digest, do not matter; nor does a warehouse that somebody
    took away: publishing does not read it.
    """
    folder = settings.processed
    is_kept = number_of(folder.resolve()) > 0
    if not (folder / BUILD).is_file() and not is_kept:
        return  # put there by hand, or not there: reading it says so
    files = read_index(folder, BUILD).get("files")
    if not isinstance(files, dict):
        message = f"{folder}: its {BUILD} is missing or damaged. {_REBUILD}"
        raise IntegrityError(message)
    found = find_differences(folder, files, BUILD)
    needed = {settings.public.name, "quality.json"} & set(found.missing)
    logs = [name for name in found.extra if name.endswith(".wal")]
    broken = sorted({*found.changed, *needed, *logs})
    if broken:
        message = (
            f"{folder}: {len(broken)} of {len(files)} files are not as they were built, e.g. "
            f"{broken[0]}. {_REBUILD}"
        )
        raise IntegrityError(message)


def require_no_erased(settings: Settings) -> None:
    """Raise DisclosureError where somebody was erased after the last build, which counts them."""
    erased = read_index(settings.processed, BUILD).get("erased")
    if erased is not None and erased != hash_erasures(settings):
        message = (
            f"{settings.processed}: somebody was erased since it was built, and it counts them. "
            "Run `assetmap run` for a site without them."
        )
        raise DisclosureError(message)


def find_same(store: Store, fresh: Path) -> Path | None:
    """Return the kept folder that holds what ``fresh`` holds, whole; None where there is none."""
    wanted = hash_file(fresh / store.index)
    for folder in reversed(kept(store)):
        index = folder / store.index
        if index.is_file() and hash_file(index) == wanted:
            files = read_index(folder, store.index)["files"]
            if not find_differences(folder, files, store.index):
                return folder
    return None


def forget_erased(settings: Settings, store: Store) -> None:
    """Keep the last few sites; after an erasure, none from before it.

    An earlier site counts somebody who has since been erased: nobody may go back to it. A folder
    that stood in the site's place and is none, such as a page made by hand, is not ours to remove.
    """
    erased = read_index(settings.processed, BUILD).get("erased") or hash_erasures(settings)
    is_same = _erased_then(settings) == erased
    # The site that stands is always spared, and what is no site: nobody can go back to that.
    by_hand = [path for path in kept(store) if is_by_hand(path)]
    prune(store, keep=KEPT if is_same else 0, spare=by_hand)
    record = settings.releases / ERASED
    if not is_same or not record.is_file():
        write_private(record, f"{erased}\n")


def _erased_then(settings: Settings) -> str:
    """Return the hash over those who were erased when a site was last published."""
    record = settings.releases / ERASED
    return record.read_text(encoding="utf-8").strip() if record.is_file() else _NOBODY


def verify(settings: Settings) -> list[str]:
    """Return one line for each kept site and for the last build, all of them as they were made.

    Raises
    ------
    IntegrityError
        One of them is not; every fault is named.
    MissingInputError
        There is nothing to verify.
    """
    sites = editions_of(settings)
    now = current(sites)
    lines, faults = [], []
    for folder in {path.resolve(): path for path in (*made(sites), *([now] if now else []))}:
        is_current = now is not None and folder == now.resolve()
        try:
            lines.append(_verify_site(sites, folder, is_current=is_current))
        except IntegrityError as fault:
            faults.append(str(fault))
    if (settings.processed / BUILD).is_file():
        try:
            require_build(settings)
            lines.append(f"{settings.processed}: as it was built")
        except IntegrityError as fault:
            faults.append(str(fault))
    if now is None and made(sites):
        faults.append(f"{sites.pointer}: no site stands there, though some are kept. {_REPUBLISH}")
    if faults:
        raise IntegrityError("\n".join(faults))
    if not lines:
        message = f"{settings.maps} is not there. Run `assetmap run` first."
        raise MissingInputError(message)
    return lines


def verify_site(site: Path) -> int:
    """Return how many files a site anywhere has, all of them as its manifest says.

    Raises
    ------
    IntegrityError
        A file was changed, cut short, removed or added.
    """
    return require_whole(site, MANIFEST, _COPY)


def _verify_site(store: Store, folder: Path, *, is_current: bool) -> str:
    remedy = _REPUBLISH if is_current else _DELETE
    count = require_whole(folder, MANIFEST, remedy)
    if number_of(folder) and not is_sealed(store, folder):
        message = f"{folder}: its {MANIFEST} is not the one it was published with. {remedy}"
        raise IntegrityError(message)
    stands = ", which stands" if is_current else ""
    run = read_index(folder, MANIFEST).get("run_id", "")
    return f"{folder}: {count} files as published (run {run}){stands}"


def rollback(settings: Settings, today: date, number: int | None = None) -> Path:
    """Put an earlier published site back in its place; return the path of its first page.

    Parameters
    ----------
    settings
        Where the sites are.
    today
        Decides which stories may still be told.
    number
        The site's number; without it, the one before the site that stands.

    Raises
    ------
    MissingInputError
        No such site is kept.
    IntegrityError
        It is not as it was published.
    DisclosureError
        Somebody was erased since, or a story on it may no longer be told.
    BusyError, StorageError
        Another run writes there, or the disk refuses; the site that stands is as it was.
    """
    store = editions_of(settings)
    with take_over(settings):
        folder = _find_earlier(store, number)
        _verify_site(store, folder, is_current=False)
        _require_publishable(settings, folder, today)
        with refusals_of_disk(settings.maps, "cannot be turned back", "The site is unchanged."):
            turn(store, folder)
    return settings.maps / "index.html"


def _find_earlier(store: Store, number: int | None) -> Path:
    now = current(store)
    standing = number_of(now) if now else 0
    folders = [path for path in made(store) if number_of(path) != standing]
    earlier = [path for path in folders if number_of(path) < standing]
    found = [path for path in folders if number_of(path) == number] if number else earlier[-1:]
    if found:
        return found[0]
    wanted = f"no site with the number {number}" if number else "no earlier site"
    stands = f"beside number {standing}, which stands" if standing else "and none stands"
    others = ", ".join(str(number_of(path)) for path in folders)
    rest = f"Others that are kept: {others}; name one with --to." if others else _REPUBLISH_ONLY
    message = f"{store.folder}: {wanted} is kept {stands}. {rest}"
    raise MissingInputError(message)


def _require_publishable(settings: Settings, folder: Path, today: date) -> None:
    if _erased_then(settings) != hash_erasures(settings):
        message = (
            f"{folder}: somebody was erased since it was published, and it counts them. Run "
            "`assetmap run` for a site without them; the one that stands is unchanged."
        )
        raise DisclosureError(message)
    lapsed = len(find_lapsed(folder, today))
    if lapsed:
        message = (
            f"{folder}: {lapsed} of its stories may no longer be told. Run `assetmap run` for a "
            "site without them; the one that stands is unchanged."
        )
        raise DisclosureError(message)
