"""Ctrl-C and a request to end: one sentence, and the exit code that shells expect.

Belongs here: what the process does when it is told to stop. Does not: what stands then, which is
what stood before or the new site, whole (``store.py``).
"""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

SAID: Final = "stopped; the site that stands is whole\n"
_HEEDED: Final = (signal.SIGINT, signal.SIGTERM)
_FROM_SIGNAL: Final = 128


@contextmanager
def heed_signals() -> Iterator[None]:
    """Let SIGINT and SIGTERM end what is inside the ``with``, and the process with it.

    The interrupt itself may arrive in other clothes: a database wraps it into an error of its
    own, and the command line's library makes a silent exit of it. So the signal is remembered,
    and any failure after it is taken for the end that was asked for.

    Raises
    ------
    SystemExit
        A signal came: 130 for SIGINT, 143 for SIGTERM.
    """
    heard: list[int] = []

    def stop(number: int, _frame: object) -> NoReturn:
        heard.append(number)
        raise KeyboardInterrupt

    earlier = {number: signal.signal(number, stop) for number in _HEEDED if _is_heard(number)}
    try:
        yield
    except BaseException as end:
        is_done = isinstance(end, SystemExit) and not end.code
        if not heard or is_done:
            raise
        sys.stderr.write(SAID)
        sys.exit(_FROM_SIGNAL + heard[0])
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _is_heard(number: int) -> bool:
    """Return False where whoever started the process switched a signal off, or in a thread."""
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and signal.getsignal(number) not in (signal.SIG_IGN, None)
