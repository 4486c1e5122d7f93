"""Runs in a process of their own, in surroundings unlike ours, and what they ask of the outside.

Belongs here: the hooks that such a process starts with, its environment, what became of it.
Does not: what may be asked for, or must be the same (the tests).
"""

import os
import shutil
import socketserver
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assetmap.settings import Settings, read_settings

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data" / "raw"
LOOPBACK = {"127.0.0.1", "localhost", "::1", "None"}

# Written as a sitecustomize module, so that a process that the watched one starts is watched as
# well. An audit hook sees every call, however the name of the function was imported.
WATCH = """
import os, sys
_at = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0,
       "socket.getnameinfo": 0, "socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
def _note(event, arguments):
    if event not in _at:
        return
    asked = arguments[_at[event]]
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getnameinfo"):
        if not isinstance(asked, tuple):  # a socket of this machine's own, without a host
            return
        asked = asked[0]
    host = asked.decode() if isinstance(asked, bytes) else str(asked)
    handle = os.open(os.environ["HOST_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{host}\\n".encode())
    os.close(handle)
sys.addaudithook(_note)
"""

# Folders list their files backwards, and numbers, dates and capitals are those of the locale.
DISORDER = """
import locale, os
locale.setlocale(locale.LC_ALL, "")
_scan, _list = os.scandir, os.listdir
class _Backwards:
    def __init__(self, *where):
        with _scan(*where) as entries:
            self.entries = iter(sorted(entries, key=lambda entry: entry.name, reverse=True))
    def __iter__(self):
        return self.entries
    def __next__(self):
        return next(self.entries)
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def close(self):
        pass
os.scandir = _Backwards
os.listdir = lambda *where: sorted(_list(*where), reverse=True)
"""


@dataclass(frozen=True)
class Run:
    """A whole run in surroundings unlike ours: where it wrote, what it asked for and said."""

    settings: Settings
    errors: str
    hosts: list[str]
    calls: list[tuple[str, int]]
    home: Path
    locale: str


def files_of(folder):
    """Return the content of every file below a folder, or below the one that it points to."""
    home = folder.resolve()
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def environment(home, **more):
    """Return this process's environment without Prefect's, for the sources of this tree."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    path = os.pathsep.join(map(str, (ROOT, ROOT / "src")))
    return kept | {"PREFECT_HOME": str(home), "PYTHONPATH": path, **more}


def watched(folder, code=WATCH):
    """Return what to add to an environment, so that hosts asked for are noted in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(code)
    (folder / "hosts").touch()
    path = os.pathsep.join(map(str, (folder, ROOT, ROOT / "src")))
    return {"HOST_LOG": str(folder / "hosts"), "PYTHONPATH": path}


def hosts_in(folder):
    """Return the hosts that a watched process asked for, in order."""
    return (folder / "hosts").read_text().splitlines()


def run_python(*arguments, env, cwd=ROOT, umask=-1):
    """Run Python and return what became of it."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=env,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )


class _Trap(socketserver.BaseRequestHandler):
    """Takes note of whoever calls, and hangs up."""

    def handle(self):
        self.server.calls.append(self.client_address)


@contextmanager
def trap():
    """Yield an environment in which C libraries call here first, and the list of their calls.

    GDAL and PROJ open connections that Python's hooks do not see; but they ask the proxy.
    """
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Trap) as server:
        server.calls = []
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        names = ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY")
        proxies = dict.fromkeys(names, address) | {"no_proxy": "", "NO_PROXY": ""}
        yield proxies, server.calls
        server.shutdown()


def run_abroad(folder):
    """Run the whole build once: another zone, locale, folder, order of files, count of threads."""
    raw, home, watch, cwd = (folder / name for name in ("inputs", "home", "watch", "elsewhere"))
    _copy_backwards(RAW, raw)
    home.mkdir()
    cwd.mkdir()
    with trap() as (proxies, calls):
        env = environment(
            folder / "prefect",
            **watched(watch, WATCH + DISORDER),
            **proxies,
            **_turkish(folder / "locales"),
            HOME=str(home),
            TZ="Pacific/Kiritimati",
            PYTHONHASHSEED="4242",
            PROJ_NETWORK="ON",
            ASSETMAP_THREADS="1",
            OMP_NUM_THREADS="1",
            OPENBLAS_NUM_THREADS="1",
        )
        command = ("-m", "assetmap.cli", "run", "--raw", "../inputs", "--out", "../out")
        result = run_python(*command, env=env, cwd=cwd, umask=0)
        assert result.returncode == 0, result.stderr[-3000:]
        return Run(
            settings=read_settings(raw, folder / "out"),
            errors=result.stderr,
            hosts=hosts_in(watch),
            calls=calls,
            home=home,
            locale=env["LC_ALL"],
        )


def _copy_backwards(source, target):
    """Copy a folder so that its last file is written first."""
    for path in sorted(source.rglob("*"), reverse=True):
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _turkish(folder):
    """Return the locale with a decimal comma and other capitals; plain C where it is not there."""
    folder.mkdir()
    command = ["localedef", "-i", "tr_TR", "-f", "UTF-8", str(folder / "tr_TR.UTF-8")]
    is_made = shutil.which("localedef") and not subprocess.call(command, stderr=subprocess.DEVNULL)
    return {"LOCPATH": str(folder), "LC_ALL": "tr_TR.UTF-8"} if is_made else {"LC_ALL": "C"}
