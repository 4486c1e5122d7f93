"""The tests' side of ``kill_server.py``: start it, give it jobs, end it.

Belongs here: one process and the pipe to it. Does not: what a job does (``kill_jobs.py``).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

SERVER = Path(__file__).with_name("kill_server.py")
KILLED = -signal.SIGKILL

_ALONE = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_NUM_THREADS"), "1"
)


class Server:
    """A parent of children, each of which does one job and ends."""

    def __init__(self, folder: Path) -> None:
        self.said = folder / "said.txt"
        self.process = subprocess.Popen(
            [sys.executable, str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **_ALONE},
        )
        self.threads = self._read()["threads"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def run(self, job: str, **values: Any) -> int:
        """Return how a child ended that did ``job``: 0 when done, -9 when killed."""
        request = {"job": job, "said": str(self.said), "values": values}
        self.process.stdin.write(f"{json.dumps(request, default=str)}\n")
        self.process.stdin.flush()
        return int(self._read()["code"])

    def require(self, job: str, **values: Any) -> None:
        """Run ``job`` and fail with what it said unless it was done."""
        code = self.run(job, **values)
        assert code == 0, f"{job} ended with {code}:\n{self.said.read_text('utf-8')}"

    def _read(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        assert line, "the server has died"
        return json.loads(line)
