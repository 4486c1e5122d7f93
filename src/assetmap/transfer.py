"""One transfer over HTTP: redirects, waits, tries, resuming, the cap on its size.

Belongs here: everything between an address and bytes in an open file. Does not: where the
file lies and what becomes of it (``fetch.py``), nor what the bytes mean (``contents.py``).
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import IO, TYPE_CHECKING, Final, NoReturn

import httpx

from assetmap import __version__
from assetmap.sources import is_allowed_scheme

if TYPE_CHECKING:
    from assetmap.sources import DatasetSource

Progress = Callable[[int, int | None], None]
"""Called with the bytes received so far, and the bytes in all where they are known."""

_LOG = logging.getLogger(__name__)

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = 200
_ACCEPTED: Final = 202  # ArcGIS Hub: the export is still being made
_PARTIAL: Final = 206
_RANGE_REFUSED: Final = 416
_TOO_MANY: Final = 429
_SERVER_FAULT: Final = 500
_SECONDS: Final = re.compile(r"^[0-9]{1,9}$")
_CONTENT_RANGE: Final = re.compile(r"^bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)$")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long to wait and how often to try; times in seconds."""

    connect_s: float = 10
    read_s: float = 30
    total_s: float = 3_600
    tries: int = 5
    redirects: int = 5
    backoff_s: float = 1
    max_wait_s: float = 30


DEFAULT_LIMITS: Final = Limits()


class _RetryableError(Exception):
    """A fault that may pass; ``wait_s`` is what the server asks for."""

    def __init__(self, reason: str, wait_s: float = 0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class TransferError(Exception):
    """The file cannot be had; ``fetch.py`` turns it into the error that a user sees."""


class Transfer:
    """One download under way: the bytes so far, and what lets it resume."""

    def __init__(
        self, source: DatasetSource, stream: IO[bytes], limits: Limits, progress: Progress | None
    ) -> None:
        self.source = source
        self.stream = stream
        self.limits = limits
        self.progress = progress
        self.deadline_s = time.monotonic() + limits.total_s
        self.host = ""
        self.restart()

    def restart(self) -> None:
        """Forget the bytes received."""
        self.stream.seek(0)
        self.stream.truncate()
        self.received = 0
        self.total: int | None = None
        self.validator: str | None = None
        self.digest = hashlib.sha256()

    def run(self, sleep: Callable[[float], None], jitter: Callable[[], float]) -> None:
        """Get the whole file, with as many tries as the limits allow."""
        with _client(self.limits) as client:
            for failed in range(self.limits.tries):
                try:
                    self._run_once(client)
                except _RetryableError as fault:
                    self._wait(fault, failed + 1, sleep, jitter)
                else:
                    return

    def _wait(
        self,
        fault: _RetryableError,
        failed: int,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
    ) -> None:
        limits = self.limits
        if failed >= limits.tries:
            message = f"{fault}, on the last of {limits.tries} tries"
            raise TransferError(message) from None
        _LOG.info("%s: %s; try %d follows", self.source.id, fault, failed + 1)
        backoff_s = limits.backoff_s * 2 ** (failed - 1) * (0.5 + jitter() / 2)
        sleep(min(max(backoff_s, fault.wait_s), limits.max_wait_s))

    def _run_once(self, client: httpx.Client) -> None:
        if self.validator is None:
            self.restart()
        try:
            response = self._open(client)
            try:
                self._accept(response)
                self._receive(response)
            finally:
                response.close()
        except httpx.HTTPError as fault:
            self._raise_transport(fault)
        except httpx.InvalidURL:
            self._raise_unreadable_redirect()

    def _open(self, client: httpx.Client) -> httpx.Response:
        url = httpx.URL(str(self.source.url))
        allowed = {url.host, *self.source.redirect_hosts}
        self.host = url.host
        for _ in range(self.limits.redirects + 1):
            request = client.build_request("GET", url, headers=self._range_headers())
            response = client.send(request, stream=True)
            if response.status_code not in _REDIRECTS:
                return response
            response.close()
            url = _next_hop(url, response.headers.get("Location", ""), allowed)
            self.host = url.host
        message = f"{self.host} redirects more than {self.limits.redirects} times"
        raise TransferError(message)

    def _range_headers(self) -> dict[str, str]:
        if not self.received or self.validator is None:
            return {}
        return {"Range": f"bytes={self.received}-", "If-Range": self.validator}

    def _accept(self, response: httpx.Response) -> None:
        """Make ready for the body of ``response``, or raise."""
        status = response.status_code
        if status == _PARTIAL and self._continues(response):
            return
        if status == _OK:
            self.restart()
            self._begin(response)
        elif self.received and status in (_PARTIAL, _RANGE_REFUSED):
            self.restart()
            message = f"{self.host} did not continue the file where it was cut"
            raise _RetryableError(message)
        else:
            self._refuse(response)

    def _continues(self, response: httpx.Response) -> bool:
        match = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        is_packed = response.headers.get("Content-Encoding", "identity") != "identity"
        if match is None or int(match[1]) != self.received or is_packed:
            return False
        stated = None if match[2] == "*" else int(match[2])
        return stated is None or self.total is None or stated == self.total

    def _begin(self, response: httpx.Response) -> None:
        headers = response.headers
        length = headers.get("Content-Length", "")
        if headers.get("Content-Encoding", "identity") != "identity":
            return  # packed against our wish: neither its length nor a range is the file's
        self.total = int(length) if length.isdecimal() else None
        etag = headers.get("ETag", "")
        strong = etag if etag.startswith('"') else ""
        self.validator = strong or headers.get("Last-Modified") or None
        if self.total is not None:
            self._require_below_cap(self.total)

    def _refuse(self, response: httpx.Response) -> NoReturn:
        status = response.status_code
        message = f"{self.host} answered {status} ({response.reason_phrase or 'no reason'})"
        if status in (_ACCEPTED, _TOO_MANY) or status >= _SERVER_FAULT:
            wait = response.headers.get("Retry-After", "")
            raise _RetryableError(message, int(wait) if _SECONDS.match(wait) else 0)
        raise TransferError(message)

    def _receive(self, response: httpx.Response) -> None:
        # No chunk size: httpx would hold bytes back, and lose them when the server breaks off.
        for chunk in response.iter_bytes():
            self._require_below_cap(self.received + len(chunk))
            self.stream.write(chunk)
            self.digest.update(chunk)
            self.received += len(chunk)
            if self.progress:
                self.progress(self.received, self.total)
            if time.monotonic() > self.deadline_s:
                message = f"{self.host} took more than {self.limits.total_s:g} s"
                raise TransferError(message)
        if self.total is not None and self.received != self.total:
            message = f"{self.host} sent {self.received:,} of {self.total:,} bytes"
            raise _RetryableError(message)

    def _require_below_cap(self, size: int) -> None:
        if size > self.source.max_bytes:
            message = f"the file has at least {size:,} bytes, above max_mb = {self.source.max_mb}"
            raise TransferError(message)

    def _raise_unreadable_redirect(self) -> NoReturn:
        message = f"{self.host} redirects to an address that cannot be read"
        raise TransferError(message) from None

    def _raise_transport(self, fault: httpx.HTTPError) -> NoReturn:
        if isinstance(fault.__context__, httpx.InvalidURL):  # httpx looks ahead at Location
            self._raise_unreadable_redirect()
        if isinstance(fault, httpx.ConnectTimeout):
            message = f"{self.host} did not answer within {self.limits.connect_s:g} s"
            raise _RetryableError(message) from None
        if isinstance(fault, httpx.TimeoutException):
            message = f"{self.host} sent nothing for {self.limits.read_s:g} s"
            raise _RetryableError(message) from None
        if isinstance(fault, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError):
            of_all = "" if self.total is None else f" of {self.total:,}"
            message = f"{self.host} broke off after {self.received:,}{of_all} bytes"
            raise _RetryableError(message) from None
        message = f"there is no connection to {self.host} ({fault})"
        raise TransferError(message) from None


def _client(limits: Limits) -> httpx.Client:
    timeout = httpx.Timeout(limits.read_s, connect=limits.connect_s)
    no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    headers = {
        "User-Agent": f"assetmap/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",  # so that lengths and ranges are those of the file
    }
    return httpx.Client(timeout=timeout, cookies=no_cookies, headers=headers)


def _next_hop(url: httpx.URL, location: str, allowed: set[str]) -> httpx.URL:
    """Return where a redirect leads, if the source allows that host."""
    if not location:
        message = f"{url.host} redirects without saying where to"
        raise TransferError(message)
    hop = url.join(location)
    if hop.scheme not in ("http", "https") or not hop.host:
        message = f"{url.host} redirects to a {hop.scheme}: address, not to https:"
        raise TransferError(message)
    if hop.host not in allowed:
        message = (
            f"{url.host} redirects to {hop.host}, which redirect_hosts of sources.toml does not "
            "name"
        )
        raise TransferError(message)
    if not is_allowed_scheme(hop.scheme, hop.host):
        message = f"{url.host} redirects to {hop.scheme}: on {hop.host}, not to https:"
        raise TransferError(message)
    return hop
