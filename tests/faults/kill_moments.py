"""What a watched run was seen to leave, moment by moment, and what must hold at each of them.

Belongs here: judging moments, and running again from each. Does not: running (``kill_jobs.py``).
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kill_effects import Effect
from kill_states import NONE, State, contents, leftovers, look

from assetmap.settings import read_settings
from assetmap.store import GROWING, builds_of, editions_of, kept
from assetmap.warehouse import read_public

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True)
class Moment:
    """One effect, what stood just before it, and a copy of it where it was new."""

    effect: Effect
    state: State
    copy: Path | None


@dataclass(frozen=True, kw_only=True)
class Moments:
    """A run from ``before`` to ``out``, from the state ``old`` to ``new``, and all in between."""

    raw: Path
    before: Path
    out: Path
    old: State
    new: State
    seen: tuple[Moment, ...]
    is_purge: bool = False

    @property
    def copies(self) -> list[Path]:
        """Copies of the folder, one for each state that differs from the one before it."""
        return [moment.copy for moment in self.seen if moment.copy]


def read_moments(notes: Path, copies: Path) -> tuple[Moment, ...]:
    """Return what a watcher noted."""
    lines = [json.loads(line) for line in notes.read_text("utf-8").splitlines()]
    return tuple(
        Moment(
            effect=(effect := Effect(**line["effect"])),
            state=State(**line["state"]),
            copy=copies / str(effect.number) if line["is_new"] else None,
        )
        for line in lines
    )


def judge(moments: Moments, sites: Collection[str]) -> list[str]:
    """Return a line for each moment at which something else than the old or the new stands."""
    return [
        f"{moment.effect}: {fault}"
        for moment in moments.seen
        for fault in _faults(moment.state, moments, sites)
    ]


def _faults(state: State, moments: Moments, sites: Collection[str]) -> list[str]:
    old, new = moments.old, moments.new
    builds = {old.build, new.build} | ({NONE} if NONE in sites else set())
    record = new.record if state.site == new.site else old.record
    faults = []
    if state.site not in sites:
        faults.append(f"the site is {state.site}")
    if state.build not in builds:
        faults.append(f"the build is {state.build}")
    if state.record != record:
        faults.append(f"the record is {state.record} beside the site {state.site}")
    return faults


def find_unflushed(moments: Moments) -> list[str]:
    """Return the renames that made something count of which bytes were only in memory.

    A machine that loses its power then may come up with a name that holds nothing.
    """
    waiting: set[str] = set()
    faults = []
    for effect in (moment.effect for moment in moments.seen):
        if effect.kind in ("open", "write"):
            waiting.add(effect.path)
        elif effect.kind in ("fsync", "unlink"):
            waiting.discard(effect.path)
        elif effect.kind == "rename":
            moved = {name for name in waiting if _is_below(name, effect.path)}
            waiting -= moved
            waiting |= {effect.target + name.removeprefix(effect.path) for name in moved}
            if moved and GROWING not in effect.target:
                faults.append(f"{effect}: {sorted(moved)}")
    return faults


def _is_below(name: str, folder: str) -> bool:
    return name == folder or name.startswith(f"{folder}/")


def rerun_all(
    moments: Moments, copies: Sequence[Path], again: Callable[[Path], None], scratch: Path
) -> list[str]:
    """Run ``again`` from each copy; return a line for each end that is not the undisturbed one."""
    return [
        f"{copy.name}: {fault}"
        for copy in copies
        for fault in _rerun(moments, fresh_copy(copy, scratch), again)
    ]


def fresh_copy(copy: Path, scratch: Path) -> Path:
    """Return ``scratch`` as a copy of ``copy``, which stays as it is."""
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(copy, scratch, symlinks=True)
    return scratch


def _rerun(moments: Moments, copy: Path, again: Callable[[Path], None]) -> list[str]:
    again(copy)
    there, wanted = (read_settings(moments.raw, out) for out in (copy, moments.out))
    faults = [f"left behind: {name}" for name in leftovers(moments.raw, copy)]
    if look(moments.raw, copy) != moments.new:
        faults.append(f"another state: {look(moments.raw, copy)}")
    if contents(there.maps) != contents(wanted.maps):
        faults.append("other bytes of the site")
    if not _is_same(read_public(there.public), read_public(wanted.public)):
        faults.append("other public tables")
    for store in (builds_of, editions_of):
        if moments.is_purge and len(kept(store(there))) > 1:
            faults += [f"{store(there).folder.name} of before are still there"]
    return faults


def _is_same(one: Mapping[str, pd.DataFrame], other: Mapping[str, pd.DataFrame]) -> bool:
    return one.keys() == other.keys() and all(one[name].equals(other[name]) for name in one)
