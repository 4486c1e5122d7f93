"""A process that imports the program, does nothing, and forks a child for each job it is given.

Belongs here: forking and waiting. Does not: jobs (``kill_jobs.py``), what they are for (the tests).

A forked child has all modules and starts in a few milliseconds, where a new interpreter needs
seconds. The suite's own process would be no good parent: databases, browsers and servers of other
tests have threads there, and a fork takes only one of them along. This one has none but its own,
which it proves before the first fork; objects that exist then are frozen, so that collecting
garbage in a child does not copy them.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import kill_jobs


def serve() -> None:
    """Read one job a line and answer each with how its child ended."""
    kill_jobs.import_all()
    gc.collect()
    gc.freeze()
    answer({"threads": sorted(threads())})
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            work(request)
        _, status = os.waitpid(child, 0)
        answer({"code": os.waitstatus_to_exitcode(status)})
    os._exit(0)  # nothing of what was imported is to have a last word


def threads() -> list[str]:
    """Return the kernel's names of this process's threads.

    The memory of arrow has one that tidies up; it is made for forks and starts anew in a child.
    """
    names = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    return [name for name in names if name != "jemalloc_bg_thd"]


def answer(body: dict[str, Any]) -> None:
    """Write one line."""
    sys.stdout.write(f"{json.dumps(body)}\n")
    sys.stdout.flush()


def work(request: dict[str, Any]) -> None:
    """Do a job in the child, which ends here: 0 when it is done, 1 with its traceback said."""
    code = 1
    with Path(request["said"]).open("w", encoding="utf-8") as said:
        with redirect_stdout(said), redirect_stderr(said):
            try:
                getattr(kill_jobs, request["job"])(**request["values"])
                code = 0
            except BaseException:  # noqa: BLE001 - whatever it is, the child ends here
                traceback.print_exc()
        said.flush()
    os._exit(code)


if __name__ == "__main__":
    serve()
