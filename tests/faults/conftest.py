"""What the fault tests share: a parent that forks children, started once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from kill_client import Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a process that runs the program in forked children."""
    if not os.path.isdir("/proc/self/fd"):  # noqa: PTH112 - asked of the system, not of a path
        pytest.skip("no /proc: what a killed run leaves is NOT TESTED here")
    with Server(tmp_path_factory.mktemp("server")) as started:
        yield started
