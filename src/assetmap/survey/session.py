"""Requests to the survey's server: the token, tries, waits, redirects, the cap on size.

Belongs here: everything between an address and bytes in memory, and the rule that only the
server itself ever sees the token. Does not: which requests are made (``pull.py``). It stands
beside ``transfer.py``, which fetches open files and knows no secrets.
"""

from __future__ import annotations

import json
import logging
import time
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

import httpx

from assetmap import __version__
from assetmap.sources import is_allowed_scheme
from assetmap.survey.server import ENVIRONMENT_NAME
from assetmap.transfer import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from pydantic import SecretStr

    from assetmap.survey.server import Server

__all__ = ["Limits", "RequestError", "Session"]

_LOG = logging.getLogger(__name__)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = frozenset({200, 201})
_PASSING: Final = frozenset({408, 425, 429})
_SERVER_FAULT: Final = 500
_DENIED: Final = 401
_FORBIDDEN: Final = frozenset({403, 404})
_MAX_JSON: Final = 1_000_000
_SCHEMES: Final = {"kobo": "Token", "central": "Bearer"}


class RequestError(Exception):
    """The request cannot be answered; ``pull.py`` makes it the error that a user sees."""


class _PassingError(Exception):
    """A fault that may pass; ``wait_s`` is what the server asks for."""

    def __init__(self, reason: str, wait_s: float = 0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class Session:
    """Requests to one server with one token, all of them within one span of time."""

    def __init__(
        self,
        server: Server,
        token: SecretStr,
        limits: Limits,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
    ) -> None:
        self._server = server
        self._token = token
        self._limits = limits
        self._sleep = sleep
        self._jitter = jitter
        self._left_s = limits.total_s
        self._origin = _origin(httpx.URL(server.base))
        self._deadline_s = time.monotonic() + limits.total_s
        timeout = httpx.Timeout(limits.read_s, connect=limits.connect_s)
        headers = {"User-Agent": f"assetmap/{__version__}", "Accept-Encoding": "identity"}
        no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(timeout=timeout, headers=headers, cookies=no_cookies)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, address: str) -> dict[str, Any]:
        """Return the JSON object at ``address``."""
        return _as_object(self._try("GET", address, None, _MAX_JSON))

    def post(self, address: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON object that answers ``body``."""
        return _as_object(self._try("POST", address, body, _MAX_JSON))

    def download(self, address: str) -> bytes:
        """Return the bytes at ``address``, up to the server's cap."""
        return self._try("GET", address, None, self._server.max_bytes)

    def forget(self, address: str) -> None:
        """Ask the server to delete what is at ``address``; it need not obey."""
        try:
            request = self._request("DELETE", httpx.URL(address), None)
            self._client.send(request).close()
        except (httpx.HTTPError, RequestError):
            _LOG.info("survey: the server kept its copy of the export")

    def pause(self, seconds: float) -> None:
        """Wait, within the time that all requests have together."""
        self._left_s -= seconds
        if self._left_s < 0 or time.monotonic() > self._deadline_s:
            message = f"the server took more than {self._limits.total_s:g} s"
            raise RequestError(message)
        self._sleep(seconds)

    def _try(self, method: str, address: str, body: dict[str, Any] | None, cap: int) -> bytes:
        limits = self._limits
        for failed in range(1, limits.tries + 1):
            try:
                return self._run(method, address, body, cap)
            except _PassingError as fault:
                if failed == limits.tries:
                    message = f"{fault}, on the last of {limits.tries} tries"
                    raise RequestError(message) from None
                _LOG.info("survey: %s; try %d follows", fault, failed + 1)
                backoff_s = limits.backoff_s * 2 ** (failed - 1) * (0.5 + self._jitter() / 2)
                self.pause(min(max(backoff_s, fault.wait_s), limits.max_wait_s))
        raise AssertionError  # limits have one try or more

    def _run(self, method: str, address: str, body: dict[str, Any] | None, cap: int) -> bytes:
        """Make one request and follow where it leads."""
        url = self._checked(address)
        try:
            for _ in range(self._limits.redirects + 1):
                response = self._client.send(self._request(method, url, body), stream=True)
                try:
                    if response.status_code not in _REDIRECTS:
                        return self._receive(response, cap)
                    url = self._next_hop(method, url, response.headers.get("Location", ""))
                finally:
                    response.close()
        except httpx.HTTPError as fault:
            self._raise_transport(url.host, fault)
        except httpx.InvalidURL:
            self._raise_unreadable(url.host)
        message = f"{url.host} redirects more than {self._limits.redirects} times"
        raise RequestError(message)

    def _request(self, method: str, url: httpx.URL, body: dict[str, Any] | None) -> httpx.Request:
        headers = {}
        if _origin(url) == self._origin:
            scheme = _SCHEMES[self._server.kind]
            headers["Authorization"] = f"{scheme} {self._token.get_secret_value()}"
        return self._client.build_request(method, url, headers=headers, json=body)

    def _checked(self, address: str) -> httpx.URL:
        """Return an address that the server gave, if requests may go there."""
        try:
            url = httpx.URL(self._server.base).join(address)
        except (httpx.InvalidURL, ValueError):
            self._raise_unreadable(httpx.URL(self._server.base).host)
        if url.host not in {self._origin[1], *self._server.redirect_hosts}:
            message = (
                f"the server passes the request on to {url.host or 'no host'}, which "
                "redirect_hosts of server.toml does not name"
            )
            raise RequestError(message)
        if not is_allowed_scheme(url.scheme, url.host):
            message = f"the server passes the request on to {url.scheme}: on {url.host}, not https:"
            raise RequestError(message)
        return url

    def _next_hop(self, method: str, url: httpx.URL, location: str) -> httpx.URL:
        if method != "GET" or not location:
            message = f"{url.host} redirects a request that must be answered there"
            raise RequestError(message)
        return self._checked(str(url.join(location)))

    def _receive(self, response: httpx.Response, cap: int) -> bytes:
        host, status = response.url.host, response.status_code
        if status not in _OK:
            self._refuse(response)
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > cap:
                message = f"{host} sends more than {cap:,} bytes (max_mb of server.toml)"
                raise RequestError(message)
            if time.monotonic() > self._deadline_s:
                message = f"{host} took more than {self._limits.total_s:g} s"
                raise RequestError(message)
        return bytes(content)

    def _refuse(self, response: httpx.Response) -> NoReturn:
        # Not the body: a server may repeat the request in it, and with it the token.
        host, status = response.url.host, response.status_code
        if status == _DENIED:
            message = (
                f"{host} does not accept the token in {ENVIRONMENT_NAME} (401): it is wrong or has "
                "lapsed, so put a new one there"
            )
            raise RequestError(message)
        if status in _FORBIDDEN:
            message = (
                f"{host} answered {status}: there is no such form, or the owner of the token may "
                "not read its submissions"
            )
            raise RequestError(message)
        message = f"{host} answered {status}"
        if status in _PASSING or status >= _SERVER_FAULT:
            wait = response.headers.get("Retry-After", "")
            raise _PassingError(message, float(wait) if wait.isdecimal() else 0)
        raise RequestError(message)

    def _raise_unreadable(self, host: str) -> NoReturn:
        message = f"{host} gives an address that cannot be read"
        raise RequestError(message) from None

    def _raise_transport(self, host: str, fault: httpx.HTTPError) -> NoReturn:
        if isinstance(fault.__context__, httpx.InvalidURL):  # httpx looks ahead at Location
            self._raise_unreadable(host)
        if isinstance(fault, httpx.TimeoutException):
            message = f"{host} did not answer in time"
            raise _PassingError(message) from None
        if isinstance(fault, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError):
            message = f"{host} broke off its answer"
            raise _PassingError(message) from None
        message = f"there is no connection to {host}"
        raise RequestError(message) from None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    default = {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.host, url.port or default


def _as_object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        message = "the server answered with something else than JSON, such as a page to sign in"
        raise RequestError(message) from None
    return found
