"""What a child of ``kill_server.py`` can be told to do: run the program, be killed, be watched.

Belongs here: the jobs, by name, with values that fit into JSON. Does not: what must hold
afterwards (the tests).
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

import kill_toy
from kill_effects import Watch, kill_at
from kill_watch import Watcher

import assetmap
from assetmap import pipeline, reuse
from assetmap.geography import crs_operation
from assetmap.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence


def import_all() -> None:
    """Import every module of the program, and what those import late."""
    for module in pkgutil.walk_packages(assetmap.__path__, "assetmap."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    reuse.made_with()  # these are kept in memory, for every child
    crs_operation()


def run(raw: str, out: str) -> None:
    """Build and publish."""
    settings = read_settings(Path(raw), Path(out))
    pipeline.run_build(settings)
    pipeline.run_publish(settings)


def run_and_die(raw: str, out: str, at: int) -> None:
    """Build and publish until effect ``at``."""
    Watch(Path(out), kill_at(at)).start()
    run(raw, out)


def run_watched(raw: str, out: str, notes: str, copies: str) -> None:
    """Build and publish, and look at the folder at every effect."""
    _watch(raw, out, notes, copies)
    run(raw, out)


def toy(raw: str, out: str, faults: Sequence[str] = (), at: int = 0) -> None:
    """Run the toy, to its end or until effect ``at``."""
    if at:
        Watch(Path(out), kill_at(at)).start()
    kill_toy.run(Path(raw), Path(out), faults)


def toy_watched(raw: str, out: str, notes: str, copies: str, faults: Sequence[str] = ()) -> None:
    """Run the toy to its end and look at the folder at every effect."""
    _watch(raw, out, notes, copies)
    kill_toy.run(Path(raw), Path(out), faults)


def _watch(raw: str, out: str, notes: str, copies: str) -> None:
    watcher = Watcher(Path(raw), Path(out), Path(copies), Path(notes))
    Watch(Path(out), watcher.see).start()
