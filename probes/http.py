"""Get one page and keep what came: status, headers, timings, the body's beginning."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any
from urllib.parse import urljoin

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url

from probes.asking import Clock, NoAnswer, answer, wired
from probes.check import HttpCheck
from probes.server import Server
from probes.transcript import Section, decode
from probes.transport import Deadline

_BODY_BYTES = 1024 * 1024  # read, to look for the words in
_KEPT_BYTES = 64 * 1024  # kept as evidence
_LONGEST_CHARACTER = 4
_REDIRECTS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})
_ASKED_WITH = {"User-Agent": "opsdesk", "Accept": "*/*", "Connection": "close"}


def ask(check: HttpCheck, server: Server, deadline: Deadline) -> Section:
    """Return the page's status, headers and body; proxies of this machine are ignored.

    Redirects are followed on the same host only, unless the first answer already has
    the expected status; the chain is reported either way.
    """

    def get(clock: Clock) -> Mapping[str, Any]:
        chain: list[dict[str, Any]] = []
        url = _parsed(check.url)
        while True:
            got = _get(url, check, clock)
            follow = _next(url, got, check, len(chain))
            if follow is None:
                return got | {"redirects": chain}
            chain.append({"url": url.url, "status": got["status"]})
            url = follow

    expected = {
        "status": check.status,
        "contains": check.contains,
        "warn_ms": check.warn_ms,
        "verify": check.verify,
    }
    return answer(check, server, deadline, expected=expected, get=get)


class _Plain(HTTPConnection):
    """A connection that keeps to our clock, from the first address it tries."""

    clock: Clock
    until: ExitStack

    def _new_conn(self) -> socket.socket:
        return wired(self.host, self.port or 80, self.clock, self.until)


class _Secure(HTTPSConnection):
    """The same under TLS."""

    clock: Clock
    until: ExitStack

    def _new_conn(self) -> socket.socket:
        return wired(self.host, self.port or 443, self.clock, self.until)


def _get(url: Url, check: HttpCheck, clock: Clock) -> dict[str, Any]:
    link = _link(url, check, clock)
    try:
        with ExitStack() as link.until:
            return _exchange(link, url, check)
    except (HTTPError, http.client.HTTPException, OSError) as error:
        clock.left()  # a socket cut at the end of time is time's doing
        raise _sorted(error) from error
    finally:
        link.close()


def _link(url: Url, check: HttpCheck, clock: Clock) -> _Plain | _Secure:
    host = (url.host or "").strip("[]")
    if url.scheme == "http":
        plain = _Plain(host, url.port or 80, timeout=clock.left())
        plain.clock = clock
        return plain
    context = _context(check)
    secure = _Secure(host, url.port or 443, timeout=clock.left(), ssl_context=context)
    secure.clock = clock
    return secure


def _parsed(text: str) -> Url:
    try:
        url = parse_url(text)
    except HTTPError as error:
        raise NoAnswer("protocol", f"not an address: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise NoAnswer("protocol", "not an http or https address")
    if url.auth:
        raise NoAnswer("protocol", "an address must not carry an account")
    return url


def _context(check: HttpCheck) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=check.ca_file)
    except OSError as error:
        reason = f"cannot read the CA file {check.ca_file}: {error}"
        raise NoAnswer("missing", reason) from error
    if not check.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _exchange(link: _Plain | _Secure, url: Url, check: HttpCheck) -> dict[str, Any]:
    link.connect()
    connected = link.clock.spent_ms
    link.request("GET", url.request_uri, headers=_ASKED_WITH, preload_content=False)
    page = link.getresponse()
    first = link.clock.spent_ms
    body = page.read(_BODY_BYTES + 1, decode_content=False)
    page.close()
    link.clock.left()
    return {
        "url": url.url,
        "status": page.status,
        "reason_phrase": page.reason,
        "http_version": page.version_string,
        "headers": [list(_safe(*pair)) for pair in page.headers.items()],
        "connect_ms": connected,
        "first_byte_ms": first,
    } | _body(body, check)


def _body(body: bytes, check: HttpCheck) -> dict[str, Any]:
    kept = body[:_KEPT_BYTES]
    facts: dict[str, Any] = {
        "body_bytes": min(len(body), _BODY_BYTES),
        "body_capped": len(body) > _BODY_BYTES,
        "contains_found": None,
        "body": _text(kept),
    }
    if not kept.startswith(facts["body"].encode()):
        facts["body_base64"] = base64.b64encode(kept).decode()
    if check.contains is not None:
        facts["contains_found"] = check.contains in _text(body[:_BODY_BYTES])
    return facts


def _text(body: bytes) -> str:
    """Return a body as text; one cut in the middle of a character is still UTF-8."""
    for missing in range(_LONGEST_CHARACTER):
        try:
            return body[: len(body) - missing].decode("utf-8")
        except UnicodeDecodeError:
            continue
    return decode(body)


def _safe(name: str, value: str) -> tuple[str, str]:
    """Return a header as it may be kept: a session's key is nobody's evidence."""
    if name.lower() != "set-cookie":
        return name, value
    cookie, _, rest = value.partition(";")
    return name, f"{cookie.partition('=')[0]}=…;{rest}"


def _next(
    url: Url, got: Mapping[str, Any], check: HttpCheck, so_far: int
) -> Url | None:
    """Return where the answer sends us, if that is the same host and worth it."""
    status = got["status"]
    if status not in _MOVED or status == check.status or so_far >= _REDIRECTS:
        return None
    headers = {name.lower(): value for name, value in got["headers"]}
    if "location" not in headers:
        return None
    target = _parsed(urljoin(url.url, headers["location"]))
    return target if target.host == url.host else None


def _sorted(error: Exception) -> Exception:
    if isinstance(error, ssl.SSLError | ssl.CertificateError):
        return NoAnswer("tls", str(error))
    if isinstance(error, HTTPError | http.client.HTTPException):
        return NoAnswer("protocol", f"{type(error).__name__}: {error}")
    return error
