"""What a run does to its folder, effect by effect: counted, looked at, or cut off by SIGKILL.

Belongs here: seeing effects from inside the process that has them. Does not: what must hold
afterwards (``kill_states.py``), the processes (``kill_server.py``).

Renames, links, removals, new folders, changed modes and every opening that makes or empties a
file are seen by an audit hook: the interpreter itself tells of them, whichever way they are
called. It does not tell of flushing and writing. ``os.fsync`` is replaced by a function that
counts (and flushes nothing: a killed process loses no byte that the kernel has). For writing,
``open`` is replaced by one that builds the same three layers with a ``FileIO`` of ours at the
bottom; so a write is seen where the kernel gets it, after all buffers, and can be cut in half
there: the first half is written, then comes the effect, then the second half. What a killed
process had in its buffers is lost, as it is in earnest. Of DuckDB, which writes by itself, commits
and the closing of a database open for writing are seen.

Every effect is reported before it happens, a write half-way. So the disk at effect ``k`` is what
a process leaves that is killed there; the disk after the last effect is the end of the run.
"""

from __future__ import annotations

import builtins
import io
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable

_SEEN = {
    "os.rename": "rename",
    "os.remove": "unlink",
    "os.rmdir": "rmdir",
    "os.mkdir": "mkdir",
    "os.symlink": "symlink",
    "os.link": "link",
    "os.chmod": "chmod",
    "os.truncate": "truncate",
}
_MAKES = os.O_CREAT | os.O_TRUNC
_TARGET_FIRST = ("os.symlink", "os.link")
_real_open = io.open


@dataclass(frozen=True)
class Effect:
    """One thing that is about to happen below the watched folder; paths are relative to it."""

    number: int
    kind: str
    path: str
    target: str = ""

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.path} {self.target}".rstrip()


class Watch:
    """Counts the effects below ``root`` and tells ``on_effect`` of each, from now on for ever."""

    def __init__(self, root: Path, on_effect: Callable[[Effect], None]) -> None:
        self.root = os.path.abspath(root)  # noqa: PTH100 - links are not followed
        self.on_effect = on_effect
        self.count = 0
        self.is_busy = False

    def start(self) -> None:
        """Begin; there is no way back in this process."""
        shutil._USE_CP_SENDFILE = False  # copies then go through write()
        os.fsync = self._fsync
        io.open = builtins.open = self._open
        duckdb.connect = _watched_connect(self, duckdb.connect)
        sys.addaudithook(self._hear)

    def happen(self, kind: str, path: Any, target: Any = "", folder: int = -1) -> None:
        """Report an effect, unless it is none of this folder's or comes from the reporting."""
        place = self._below(path, folder)
        if place is None or self.is_busy:
            return
        self.count += 1
        self.is_busy = True
        try:
            there = self._below(target, folder) if target else ""
            self.on_effect(Effect(self.count, kind, place, there or str(target)))
        finally:
            self.is_busy = False

    def _below(self, path: Any, folder: int = -1) -> str | None:
        if isinstance(path, int):
            path = _path_of(path)
        text = os.fsdecode(path)
        if folder >= 0 and not os.path.isabs(text):  # noqa: PTH117
            text = os.path.join(_path_of(folder), text)  # noqa: PTH118
        text = os.path.abspath(text)  # noqa: PTH100
        is_below = text == self.root or text.startswith(f"{self.root}{os.sep}")
        return os.path.relpath(text, self.root) if is_below else None

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self.is_busy:
            return
        if event == "open":
            path, _, flags = args
            if isinstance(flags, int) and flags & _MAKES and not isinstance(path, int):
                self.happen("open", path)
        elif event in _TARGET_FIRST:
            self.happen(_SEEN[event], args[1], args[0])
        elif event == "os.rename":
            self.happen("rename", args[0], args[1], args[2])
        elif event in _SEEN:
            folder = args[-1] if len(args) > 1 and isinstance(args[-1], int) else -1
            self.happen(_SEEN[event], args[0], folder=folder)

    def _fsync(self, handle: int) -> None:
        self.happen("fsync", handle)

    def _open(  # noqa: PLR0917 - the signature of open
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,  # noqa: FBT001, FBT002
        opener: Any = None,
    ) -> Any:
        if not set(mode) & set("wax+"):
            return _real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = _CutFile(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        raw.watch = self
        if buffering == 0:
            return raw
        buffer = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return buffer
        text = io.TextIOWrapper(buffer, encoding, errors, newline, buffering == 1)
        text.mode = mode
        return text


class _CutFile(io.FileIO):
    """A file whose every write is reported when half of its bytes are with the kernel."""

    watch: Watch

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        half = len(view) // 2
        done = super().write(view[:half]) if half else 0
        self.watch.happen("write", self.fileno())
        return done + super().write(view[half:])


def _watched_connect(watch: Watch, connect: Callable[..., Any]) -> Callable[..., Any]:
    def connect_watched(database: Any, *, read_only: bool = False, **options: Any) -> Any:
        if not read_only and not Path(database).exists():
            watch.happen("open", database)
        connection = connect(database, read_only=read_only, **options)
        return connection if read_only else _Connection(watch, os.fspath(database), connection)

    return connect_watched


class _Connection:
    """A connection to a database that is written to; it reports commits and its closing."""

    def __init__(self, watch: Watch, path: str, connection: Any) -> None:
        self._watch, self._path, self._connection = watch, path, connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def commit(self) -> None:
        self._watch.happen("commit", self._path)
        self._connection.commit()

    def close(self) -> None:
        self._watch.happen("close", self._path)
        self._connection.close()


def kill_at(number: int) -> Callable[[Effect], None]:
    """Return what kills this process at an effect; nothing of it can run any more after that."""

    def kill(effect: Effect) -> None:
        if effect.number == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


def _path_of(handle: int) -> str:
    return os.readlink(f"/proc/self/fd/{handle}")  # noqa: PTH115 - text, not a path of ours
