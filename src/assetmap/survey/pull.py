"""Fetch the responses from KoboToolbox or ODK Central, or keep the export that is there.

Belongs here: which requests each server needs, and where the file goes. Does not: which server
(``server.py``), one request with its tries (``session.py``), what is in the file
(``exports.py``).
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from assetmap.contents import find_fault
from assetmap.errors import DownloadError, UnreadableFileError
from assetmap.survey.restricted import write_private
from assetmap.survey.server import Server, read_server, read_token
from assetmap.survey.session import Limits, RequestError, Session
from assetmap.workbook import require_safe_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["DEFAULT_LIMITS", "Limits", "PullResult", "Server", "pull"]

DEFAULT_LIMITS: Final = Limits(total_s=900)
POLL_S: Final = 3.0
"""Seconds between two looks at an export that is being made."""

_LOG = logging.getLogger(__name__)
_KOBO_EXPORT: Final[dict[str, Any]] = {
    "fields_from_all_versions": True,
    "group_sep": "/",
    "hierarchy_in_labels": False,
    "lang": "_xml",
    "multiple_select": "both",
    "type": "xls",
}
"""What KoboToolbox is asked for: a workbook with XML names and values, and repeats."""


@dataclass(frozen=True, kw_only=True)
class PullResult:
    """What a pull did: the file, and whether it differs from the one before."""

    path: Path
    size_bytes: int
    sha256: str
    state: Literal["downloaded", "unchanged"]


def pull(
    raw: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    limits: Limits = DEFAULT_LIMITS,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
) -> PullResult:
    """Fetch all responses into ``raw/survey/exports``; on failure the file there stays.

    The server is that of ``raw/survey/server.toml``, the token that of ``environ``. The file
    is written for this user alone. ``jitter`` returns a number from 0 to 1.

    Raises
    ------
    MissingInputError, ConfigError
        There is no server, or no token, that could be used.
    DownloadError
        The export cannot be had, or is not what was asked for; the message says what is kept.
    StorageError
        The disk is full or read-only, or a right is missing.
    """
    server = read_server(raw / "survey" / "server.toml")
    token = read_token(environ)
    target = raw / "survey" / "exports" / server.filename
    try:
        with Session(server, token, limits, sleep, jitter) as session:
            content = _fetch(server, session)
        _require_good(server, content)
    except RequestError as fault:
        raise DownloadError(_failure(server, target, str(fault))) from None
    return _keep(content, target)


def _fetch(server: Server, session: Session) -> bytes:
    if server.kind == "kobo":
        return _fetch_kobo(server, session)
    path = f"{server.base}/v1/projects/{server.project}/forms/{server.form}/submissions.csv.zip"
    return session.download(f"{path}?attachments=false")


def _fetch_kobo(server: Server, session: Session) -> bytes:
    """Have an export made, wait for it, download it, and have the server forget it."""
    exports = f"{server.base}/api/v2/assets/{server.form}/exports/"
    made = session.post(exports, _KOBO_EXPORT)
    uid = made.get("uid")
    if not isinstance(uid, str) or not uid.isalnum():
        message = "the server made no export that has a uid"
        raise RequestError(message)
    address = f"{exports}{uid}/"
    try:
        return session.download(_wait_for(address, session))
    finally:
        session.forget(address)  # a copy of everybody's answers need not lie about


def _wait_for(address: str, session: Session) -> str:
    """Return where the finished export is."""
    while True:
        export = session.get(address)
        status, result = export.get("status"), export.get("result")
        if status == "complete" and isinstance(result, str) and result:
            return result
        if status not in ("created", "processing"):
            message = "the server could not make the export: look at the project's downloads page"
            raise RequestError(message)
        session.pause(POLL_S)


def _require_good(server: Server, content: bytes) -> None:
    """Raise unless the bytes are a whole archive of the kind that was asked for."""
    fault = find_fault(io.BytesIO(content), "zip")
    if fault:
        message = f"the answer ({len(content):,} bytes) {fault}"
        raise RequestError(message)
    if server.kind == "kobo":
        try:
            require_safe_workbook(content, "the answer")
        except UnreadableFileError:
            message = f"the answer ({len(content):,} bytes) is an archive, but no safe workbook"
            raise RequestError(message) from None


def _keep(content: bytes, target: Path) -> PullResult:
    """Put the export in its place, unless the same bytes are there."""
    is_same = target.is_file() and target.read_bytes() == content
    if not is_same:
        write_private(target, content)
    state: Literal["downloaded", "unchanged"] = "unchanged" if is_same else "downloaded"
    _LOG.info("survey: export %s, %d bytes", state, len(content))
    return PullResult(
        path=target,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        state=state,
    )


def _failure(server: Server, target: Path, reason: str) -> str:
    kept = "Nothing was saved."
    if target.is_file():
        found = target.stat()
        day = datetime.fromtimestamp(found.st_mtime, tz=UTC).date()
        kept = f"The export of {day} that is there ({found.st_size:,} bytes) is kept."
    return (
        f"survey: {reason}. {kept} Try again later, or export by hand from {server.base} and save "
        f"the file in {target.parent}."
    )
