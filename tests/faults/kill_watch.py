"""Look at the folder of a run at each of its effects, from inside the run.

Belongs here: noting what a kill at this moment would leave, and copying it away where it differs
from what the moment before would have left. Does not: judging it (the tests).

A killed process leaves on the disk what is there at that moment, so looking then is as good as
killing there, and one run shows all its moments. What is in a folder that still grows, or is half
removed, is not told apart: nothing reads it, and every run removes it first.
"""

from __future__ import annotations

import json
import os
import shutil
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kill_states import look

if TYPE_CHECKING:
    from kill_effects import Effect
    from kill_states import State

_UNREAD = (".growing", ".gone")
_SEALED = ("builds", "editions")


class Watcher:
    """What is seen: a note for each effect, and a copy of the folder for each state."""

    def __init__(self, raw: Path, out: Path, copies: Path, notes: Path) -> None:
        self.raw, self.out, self.copies, self.notes = raw, out, copies, notes
        self._last: State | None = None
        self._before: object = None

    def see(self, effect: Effect) -> None:
        """Note what stands now, and copy it where it is new."""
        now = _signature(self.out)
        is_new = now != self._before
        if is_new or self._last is None:
            self._last = look(self.raw, self.out)
            _copy(self.out, self.copies / str(effect.number))
        note = {"effect": vars(effect), "state": vars(self._last), "is_new": is_new}
        with self.notes.open("a", encoding="utf-8") as stream:
            stream.write(f"{json.dumps(note)}\n")
        self._before = now


def _signature(out: Path) -> tuple[object, ...]:
    """Return what can be seen of every file without reading it; a change cannot hide from it."""
    found: list[object] = []
    for folder, folders, files in os.walk(out):
        for name in [*folders, *files]:
            path = os.path.join(folder, name)  # noqa: PTH118 - thousands of times
            facts = os.lstat(path)
            link = os.readlink(path) if os.path.islink(path) else ""  # noqa: PTH114, PTH115
            is_folder = name in folders and not link
            size = () if is_folder else (facts.st_size, facts.st_mtime_ns, facts.st_ino)
            found.append((path, link, size))
        folders[:] = [name for name in folders if not name.endswith(_UNREAD)]
    return tuple(sorted(found, key=str))


def _copy(out: Path, target: Path) -> None:
    """Copy a folder; files of sealed folders are linked, for nobody writes to those any more."""
    shutil.copytree(out, target, symlinks=True, copy_function=_link_sealed)


def _link_sealed(source: str, target: str) -> None:
    parts = Path(source).parts
    is_sealed = any(after[:6].isdigit() and before in _SEALED for before, after in pairwise(parts))
    if is_sealed and not Path(source).is_symlink():
        os.link(source, target)
    else:
        shutil.copy2(source, target, follow_symlinks=False)
