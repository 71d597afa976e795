"""What a rival desk offers to be timed."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field

from bench.register_timing import Ask

LONGEST = 120


@dataclass(frozen=True, slots=True)
class RivalDesk:
    """Its version, and every page of it that has an equal of ours."""

    version: str
    asks: dict[str, Ask]


@dataclass(slots=True)
class Visitor:
    """A person with cookies; every request is a connection of its own."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, path: str, body: str | None = None, *, wanted: tuple[int, ...] = (200,)
    ) -> bytes:
        """Get a page, or send a form; returns what was answered."""
        here = f"127.0.0.1:{self.port}"
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        headers["Referer"] = f"http://{here}/"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection(here, timeout=LONGEST)
        line.request("GET" if body is None else "POST", path, body, headers)
        answer = line.getresponse()
        said = answer.read()
        for kept in answer.headers.get_all("Set-Cookie", []):
            name, _, value = kept.partition(";")[0].partition("=")
            self.cookies[name] = value
        line.close()
        if answer.status not in wanted:
            tail = said[-300:].decode(errors="replace")
            raise ValueError(f"{path} answered {answer.status}: {tail}")
        return said
