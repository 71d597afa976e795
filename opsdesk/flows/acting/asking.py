"""Actions that look and change nothing: a server, a service, a port, a page."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from opsdesk.flows.acting.answer import Answer, Order, Unfit, safe
from probes import catalogue, http, script, tcp
from probes.catalogue.services import PROBE as SERVICES
from probes.catalogue.services import Services
from probes.check import HttpCheck, TcpCheck
from probes.finding import Severity, Words
from probes.probe import Probe
from probes.reply import ReplyStatus
from probes.rounds import walk
from probes.server import Expectations, Server
from probes.transcript import Outcome, Section, Transcript, pack
from probes.transport import Deadline, Errand

TRANSCRIPT = "application/x-opsdesk-transcript"
JSON = "application/json"
UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.@\-]{0,199}")
"""What the name of a systemd unit may look like; it never begins with a hyphen."""


def send(server: Server, questions: Sequence[Probe], limit: timedelta) -> Transcript:
    """Ask one server by its own way, pinned key and credential, within a limit."""
    if not server.has_shell:
        raise Unfit("no-shell", _NO_SHELL.fill(name=server.name))
    asked = script.compose(questions, server, nonce=secrets.token_hex(16))
    limits = replace(Errand(server=server).limits, script=limit, server=limit)
    errand = Errand(server=replace(server, checks=()), script=asked, limits=limits)
    (transcript,) = walk([errand], workers=1, per_gateway=1)
    return replace(transcript, asked=asked.names)


def ssh_check(order: Order) -> Answer:
    """Inspect one server, wholly or by the probes that `probes` lists."""
    server = order.server()
    questions = _questions(server, order.text("probes", ""))
    heard = send(server, questions, order.limit)
    replies = catalogue.read(heard)
    findings = catalogue.judge(
        server, replies, catalogue.Past(), at=heard.began, sent=heard.sent
    )
    names = {question.name for question in questions}
    findings = tuple(one for one in findings if one.probe in names)
    worst = [one.severity for one in findings]
    outcome = catalogue.outcome(heard, replies)
    figures = {
        "outcome": outcome.value,
        "findings": str(len(worst)),
        "critical": str(worst.count(Severity.CRITICAL)),
        "warning": str(worst.count(Severity.WARNING)),
        "answered": str(sum(one.status is ReplyStatus.READ for one in replies)),
        "asked": str(len(questions)),
        "milliseconds": str(heard.took_ms),
    }
    done = outcome in (Outcome.ANSWERED, Outcome.PARTIAL)
    zh = "；".join(safe(one.message.zh) for one in findings) or safe(heard.detail)
    en = "; ".join(safe(one.message.en) for one in findings) or safe(heard.detail)
    words = _CHECKED.fill(
        name=server.name,
        outcome=outcome.value,
        zh=zh or "无发现",
        en=en or "no findings",
    )
    return Answer(
        done=done, words=words, figures=figures, raw=pack(heard), media_type=TRANSCRIPT
    )


def _questions(server: Server, wanted: str) -> tuple[Probe, ...]:
    every = tuple(one for one in catalogue.questions(server, weekly=False) if one.ask)
    names = [name for name in re.split(r"[\s,]+", wanted) if name]
    if not names:
        return every
    unknown = [name for name in names if catalogue.by_name(name) is None]
    if unknown:
        raise Unfit("no-probe", _NO_PROBE.fill(name=safe(", ".join(unknown))))
    return tuple(one for one in every if one.name in names)


def service_status(order: Order) -> Answer:
    """Ask the service manager of a server after one unit."""
    server, unit = order.server(), order.text("service")
    if not UNIT.fullmatch(unit):
        raise Unfit("bad-unit", _BAD_UNIT.fill(name=safe(unit)))
    asked = replace(server, expect=Expectations(services=(unit,)))
    heard = send(asked, [SERVICES], order.limit)
    state, detail = _state(heard, unit)
    return Answer(
        done=state is not None,
        words=_SERVICE.fill(
            name=server.name, unit=unit, state=state or "?", detail=safe(detail)
        ),
        figures={
            "outcome": heard.outcome.value,
            "state": state or "unknown",
            "milliseconds": str(heard.took_ms),
        },
        raw=pack(heard),
        media_type=TRANSCRIPT,
    )


def _state(heard: Transcript, unit: str) -> tuple[str | None, str]:
    for reply in catalogue.read(heard):
        if reply.probe == SERVICES.name and isinstance(reply.facts, Services):
            for one in reply.facts.expected:
                if one.name == unit and one.state != "unknown":
                    return one.state, one.detail
        elif reply.probe == SERVICES.name:
            return None, f"{reply.status.value} {reply.reason}"
    return None, heard.detail


def tcp_check(order: Order) -> Answer:
    """Connect to a port of a server."""
    server, port = order.server(), order.text("port")
    if not port.isdecimal() or not 0 < int(port) <= 65535:  # noqa: PLR2004 - ports
        raise Unfit("bad-port", _BAD_PORT.fill(port=safe(port)))
    check = TcpCheck(port=int(port), timeout=order.limit)
    got = tcp.ask(check, server, Deadline.after(order.limit))
    said = _said(got)
    state = "open" if said.get("error") is None else str(said["error"])
    words = _PORT.fill(
        name=server.name, port=port, state=state, detail=safe(str(said["reason"]))
    )
    figures = {
        "open": "yes" if state == "open" else "no",
        "outcome": "answered" if state == "open" else state,
        "milliseconds": str(said["took_ms"]),
    }
    return Answer(
        done=True, words=words, figures=figures, raw=got.stdout, media_type=JSON
    )


def http_check(order: Order) -> Answer:
    """Get a page of a configured server, and nothing of anybody else's."""
    server, url = order.server(), order.text("url")
    if url.startswith("/"):
        url = f"http://{_bracketed(server.address)}{url}"
    _belongs(server, url)
    status = order.text("status", "200")
    if not status.isdecimal():
        raise Unfit("bad-status", _BAD_STATUS.fill(status=safe(status)))
    contains = order.text("contains", "") or None
    check = HttpCheck(
        url=url, status=int(status), contains=contains, timeout=order.limit
    )
    got = http.ask(check, server, Deadline.after(order.limit))
    said = _said(got)
    error = said.get("error")
    answered = error is None and said.get("contains_found") is not False
    fits = answered and said.get("status") == int(status)
    figures = {
        "outcome": str(error or "answered"),
        "status": str(said.get("status") or ""),
        "page": "ok" if fits else "bad",
        "milliseconds": str(said["took_ms"]),
    }
    words = _PAGE.fill(
        url=safe(url), status=figures["status"] or "—", detail=safe(str(said["reason"]))
    )
    return Answer(
        done=error is None,
        words=words,
        figures=figures,
        raw=got.stdout,
        media_type=JSON,
    )


def _belongs(server: Server, url: str) -> None:
    """Refuse a page that is not the server's own: by its address or a check of its."""
    known = {server.address, server.name} | {
        urlsplit(check.url).hostname
        for check in server.checks
        if isinstance(check, HttpCheck)
    }
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    if host is None or host not in known:
        raise Unfit("foreign-page", _FOREIGN.fill(url=safe(url), name=server.name))


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _said(section: Section) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(section.stdout)
    return found


_NO_SHELL = Words(
    "没有执行：{name} 没有可登录的通道，请改用端口或网页检查，或人工完成。",
    "Nothing was done: {name} has no shell. Check a port or a page instead, or do the "
    "step by hand.",
)
_NO_PROBE = Words(
    "没有执行：没有名为 {name} 的巡检项。",
    "Nothing was done: there is no probe {name}.",
)
_BAD_UNIT = Words(
    "没有执行：“{name}”不是服务名，只能有字母、数字和 : _ . @ -。",
    "Nothing was done: “{name}” is not the name of a unit; letters, digits and : _ . @ "
    "- only.",
)
_BAD_PORT = Words(
    "没有执行：“{port}”不是端口号。", "Nothing was done: “{port}” is not a port."
)
_BAD_STATUS = Words(
    "没有执行：“{status}”不是状态码。", "Nothing was done: “{status}” is not a status."
)
_FOREIGN = Words(
    "没有执行：{url} 不在服务器 {name} 上。地址应为该服务器，或其 http 检查用的域名。",
    "Nothing was done: {url} is not on the server {name}. Use its address, or the name "
    "one of its http checks uses.",
)
_CHECKED = Words("{name} 检查结果 {outcome}：{zh}", "{name}: {outcome}; {en}")
_SERVICE = Words(
    "{name} 的服务 {unit} 状态为 {state} {detail}",
    "Service {unit} of {name} is {state} {detail}",
)
_PORT = Words(
    "{name} 的端口 {port}：{state} {detail}", "Port {port} of {name}: {state} {detail}"
)
_PAGE = Words("{url} 返回 {status} {detail}", "{url} answered {status} {detail}")
