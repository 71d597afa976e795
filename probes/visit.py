"""One visit: the checks, then the script; whatever happens, one transcript."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Protocol, cast

from probes.check import (
    Check,
    HttpCheck,
    IcmpCheck,
    RedisCheck,
    SnmpCheck,
    SqlCheck,
    TcpCheck,
    TlsCheck,
)
from probes.server import Server, Transport
from probes.transcript import Outcome, Section, Transcript
from probes.transport import Call, Deadline, Errand, Heard, Trouble, now

ATTEMPTS = 3
_DETAIL = 400
_ENOUGH = 2
"""Failures of one gateway after which nobody behind it is tried any more."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait before another try: short against any deadline, and uneven."""

    least: timedelta = timedelta(seconds=1)
    most: timedelta = timedelta(seconds=3)

    def pause(self) -> float:
        """Return seconds, differently each time, so that many do not knock at once."""
        spread = (self.most - self.least).total_seconds()
        return self.least.total_seconds() + spread * secrets.randbelow(1000) / 1000


@dataclass(slots=True)
class Gateway:
    """What this walk has learnt of a jump host."""

    failures: int = 0
    trouble: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def failed(self, detail: str) -> None:
        with self.lock:
            self.failures += 1
            self.trouble = detail

    @property
    def down(self) -> bool:
        return self.failures >= _ENOUGH


Gateways = Mapping[str, Gateway]


class _Ask(Protocol):
    def __call__(self, check: Check, server: Server, deadline: Deadline) -> Section: ...


class _Send(Protocol):
    def __call__(self, errand: Errand, call: Call) -> Heard: ...


_SHELLS = {
    Transport.SSH: "probes.ssh",
    Transport.OPENSSH: "probes.openssh",
    Transport.LOCAL: "probes.local",
}
"""Modules with `ask(errand, call)`, loaded when one is used."""

_CHECKS = {
    IcmpCheck: "probes.icmp",
    TcpCheck: "probes.tcp",
    HttpCheck: "probes.http",
    TlsCheck: "probes.tls",
    SnmpCheck: "probes.snmp",
    SqlCheck: "probes.sql",
    RedisCheck: "probes.redis",
}
"""Modules with `ask(check, server, deadline)`, loaded when one is used."""


def visit(
    errand: Errand, call: Call, gateways: Gateways, patience: Patience
) -> Transcript:
    """Ask one server everything, and return what was heard. Never raises for it."""
    began, start = now(), time.monotonic()
    answers = _ask_checks(errand.server, call)
    end: Heard | Trouble
    attempts = 1
    if errand.script is None or not errand.server.has_shell:
        end = _by_checks_alone(answers, began)
    else:
        end, attempts = _by_shell(errand, call, gateways, patience)
    took = int((time.monotonic() - start) * 1000)
    blank = Transcript(
        server=errand.server.name,
        began=began,
        took_ms=took,
        outcome=end.outcome,
        detail=_one_line(end.detail),
        stage=end.stage,
        host_key=end.host_key,
        script=errand.script.text if errand.script else "",
        nonce=errand.script.nonce if errand.script else "",
        asked=errand.script.names if errand.script else (),
        answers=answers,
        attempts=attempts,
    )
    return blank if isinstance(end, Trouble) else _with_words(blank, end)


def _one_line(text: str) -> str:
    """Return a server's words as one short line without control characters."""
    line = " ".join(text.split())
    return "".join(one if one.isprintable() else "?" for one in line)[:_DETAIL]


def broken(errand: Errand, error: Exception) -> Transcript:
    """Return the transcript of a visit that a mistake of ours ended."""
    return Transcript(
        server=errand.server.name,
        began=now(),
        took_ms=0,
        outcome=Outcome.PARTIAL,
        detail=f"a mistake in the desk itself ended this visit: {error!r}"[:300],
    )


def _with_words(blank: Transcript, heard: Heard) -> Transcript:
    return replace(
        blank,
        sent=heard.sent,
        raw=heard.raw,
        stderr=heard.stderr,
        answers=(*blank.answers, *heard.answers),
        notes=heard.notes,
    )


def _by_shell(
    errand: Errand, call: Call, gateways: Gateways, patience: Patience
) -> tuple[Heard | Trouble, int]:
    """Send the script, again only where the wire itself was the trouble."""
    send = _way(errand.server.transport)
    trouble: Trouble | None = None
    for attempt in range(1, ATTEMPTS + 1):
        if down := _gateway_down(errand.server, gateways):
            return down, attempt - 1 or 1
        try:
            return send(errand, call), attempt
        except Trouble as error:
            trouble = error
        if trouble.instead and not errand.server.via:
            send = _way(trouble.instead)
            continue
        pause = patience.pause()
        if not trouble.again or pause >= call.deadline.remaining():
            break
        if attempt == ATTEMPTS or call.ended.wait(pause):
            break
    assert trouble is not None
    if trouble.gateway in gateways:
        gateways[trouble.gateway].failed(trouble.detail)
    return trouble, attempt


def _way(transport: Transport) -> _Send:
    return cast(_Send, import_module(_SHELLS[transport]).ask)


def _gateway_down(server: Server, gateways: Gateways) -> Trouble | None:
    for hop in server.via:
        gateway = gateways[hop.name]
        if gateway.down:
            detail = f"not tried, others failed before: {gateway.trouble}"
            return Trouble(
                Outcome.PARENT_DOWN, "connect", detail, gateway=hop.name, again=False
            )
    return None


def _ask_checks(server: Server, call: Call) -> tuple[Section, ...]:
    answers = []
    for check in server.checks:
        if call.ended.is_set():
            break
        call.say("checks")
        ask = cast(_Ask, import_module(_CHECKS[type(check)]).ask)
        answers.append(ask(check, server, call.deadline))
    return tuple(answers)


def _by_checks_alone(answers: tuple[Section, ...], at: datetime) -> Heard | Trouble:
    """Say how a device without a shell answered, by what became of its checks."""
    errors = [_error(answer) for answer in answers]
    if any(error in _ANSWERED for error in errors):
        return Heard(outcome=Outcome.ANSWERED, sent=at, stage="checks")
    if not errors:
        return Trouble(Outcome.UNREACHED, "checks", "no shell, and no check to ask")
    outcome = next((_BY_ERROR[e] for e in errors if e in _BY_ERROR), Outcome.UNREACHED)
    detail = "no check was answered: " + ", ".join(
        f"{answer.name} {answer.subject}: {error}"
        for answer, error in zip(answers, errors, strict=True)
    )
    return Trouble(outcome, "checks", detail[:300])


def _error(answer: Section) -> str | None:
    """Return the error a check's answer names; None when it was answered."""
    if answer.status == 0:
        return None
    try:
        said = json.loads(answer.stdout or b"{}").get("error")
    except (ValueError, AttributeError):
        said = None
    return str(said or "unreachable")


_ANSWERED = {None, "auth", "protocol", "tls"}
"""A device that turns us away has answered; what it said is the check's finding."""

_BY_ERROR = {"refused": Outcome.REFUSED, "timeout": Outcome.TIMED_OUT}
