"""What the ssh client did, told by its own log."""

from __future__ import annotations

import re
from dataclasses import dataclass

from probes.pins import weak
from probes.transcript import Outcome

_UNREACHED = (
    "Connection timed out",
    "Operation timed out",
    "No route to host",
    "Network is unreachable",
    "Could not resolve hostname",
)
_CHANGED = ("HOST IDENTIFICATION HAS CHANGED", "Host key verification failed")
_ENDS = ("Permission denied", "Unable to negotiate", "Connection refused", "closed by")
_AGREED = (
    r"kex: algorithm: (\S+)",
    r"kex: host key algorithm: (\S+)",
    r"kex: server->client cipher: (\S+)",
    r"kex: server->client cipher: \S+ MAC: (\S+)",
    r"signing using (\S+)",
)


@dataclass(frozen=True, slots=True)
class Story:
    """One hop's log, read."""

    text: str

    @property
    def signed_in(self) -> bool:
        return re.search(r"^Authenticated to ", self.text, re.MULTILINE) is not None

    @property
    def host_key(self) -> str:
        found = re.search(r"Server host key: \S+ (SHA256:\S+)", self.text)
        return found[1] if found else ""

    @property
    def forwarding_refused(self) -> bool:
        return "administratively prohibited" in self.text

    @property
    def notes(self) -> tuple[str, ...]:
        """Name every old algorithm that was agreed upon."""
        agreed = [name for way in _AGREED for name in re.findall(way, self.text)]
        return tuple(f"weak-crypto:{name}" for name in dict.fromkeys(weak(agreed)))

    @property
    def stage(self) -> str:
        """Return how far it came: connect banner key auth open."""
        marks = {
            "open": "Authenticated to ",
            "auth": "SSH2_MSG_SERVICE_ACCEPT received",
            "key": "Remote protocol version",
            "banner": "Connection established",
        }
        return next((s for s, mark in marks.items() if mark in self.text), "connect")

    def end(self) -> tuple[Outcome, str]:
        """Return the outcome of a hop that was not signed in to, and its last word."""
        if any(mark in self.text for mark in _CHANGED):
            return Outcome.KEY_CHANGED, "its host key is not the pinned one"
        if "Permission denied" in self.text:
            return Outcome.AUTH_FAILED, self._line("Permission denied")
        if "during banner exchange" in self.text:
            return Outcome.TIMED_OUT, "connected, and no SSH banner within the limit"
        if any(mark in self.text for mark in _UNREACHED):
            return Outcome.UNREACHED, next(
                self._line(mark) for mark in _UNREACHED if mark in self.text
            )
        found = next((self._line(mark) for mark in _ENDS if mark in self.text), "")
        return Outcome.REFUSED, found or "the ssh client ended"

    def _line(self, mark: str) -> str:
        lines = [one for one in self.text.splitlines() if mark in one]
        return lines[-1].strip()[:200]
