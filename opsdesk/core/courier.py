"""A process that sends one message and says what became of it, on one line of JSON.

It is told everything on its standard input, so that no address is on a command line,
and it connects to nothing but the host it was told.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import sys
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

SERVICES = {
    "dingtalk": "https://oapi.dingtalk.com",
    "wecom": "https://qyapi.weixin.qq.com",
    "feishu": "https://open.feishu.cn",
}
SCHEMES = {
    "email": ("mailto", "mailtos"),
    "dingtalk": ("dingtalk",),
    "wecom": ("wecombot",),
    "feishu": ("feishu",),
    "webhook": ("json", "jsons"),
}
_FINE = 299
_LONGEST = 300
_SYSTEM_ERROR = re.compile(r"\[Errno -?\d+\] [^'\")>]+")
_ADDRESSED = ("socket.getaddrinfo", "socket.gethostbyname")


@dataclass(slots=True)
class Overheard:
    """What servers answered, and what the library said of it."""

    replies: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def trouble(self) -> str:
        """Return why nothing was sent: the server's own words where there are any."""
        if self.replies and self.replies[-1][0] > _FINE:
            status, text = self.replies[-1]
            return f"http: {status} {text}".strip()[:_LONGEST]
        causes = [one for one in self.remarks if one.startswith("Socket Exception: ")]
        said = (causes or self.remarks or ["no reason was given"])[-1]
        known = _SYSTEM_ERROR.search(said)
        shown = known[0] if known else said.removeprefix("Socket Exception: ")
        return f"unreachable: {shown}"[:_LONGEST]


def main() -> None:
    """Say that it is ready, read the errand, do it, say how it went."""
    import apprise  # noqa: F401, PLC0415 - loaded before the clock of the send runs

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    errand = json.load(sys.stdin)
    sent, reason = deliver(errand)
    sys.stdout.write(json.dumps({"sent": sent, "reason": reason}) + "\n")


def deliver(errand: dict[str, Any]) -> tuple[bool, str]:
    """Send the errand's message; (True, "") or (False, why)."""
    import apprise  # noqa: PLC0415 - heavy, and only this process needs it

    overheard = _listen()
    plugin = _plugin(apprise, errand)
    if plugin is None:
        return False, "bad-url"
    _stay_with(_host(plugin, errand))
    title, body = errand["message"]["title"], errand["message"]["body"]
    if errand["kind"] == "feishu":  # its plain text knows one tag, `<at user_id=…>`
        title, body = title.replace("<", "＜"), body.replace("<", "＜")
    sent = plugin.notify(
        body=body,
        title=" ".join(title.split()),
        body_format=apprise.NotifyFormat.TEXT,
    )
    if not sent:
        return False, overheard.trouble()
    refusal = _refusal(errand["kind"], overheard)
    return refusal == "", refusal


def native(kind: str, address: str) -> str:
    """Return the library's form of an address that was copied from the service."""
    parts = urlsplit(address)
    values = {name: found[0] for name, found in parse_qs(parts.query).items()}
    if parts.scheme not in ("http", "https"):
        return address
    if kind == "dingtalk":
        secret = values.get("secret")
        return f"dingtalk://{f'{secret}@' if secret else ''}{values['access_token']}/"
    if kind == "wecom":
        return f"wecombot://{values['key']}/"
    if kind == "feishu":
        return f"feishu://{parts.path.rstrip('/').rpartition('/')[2]}/"
    own = urlencode([(f"-{name}", value) for name, value in parse_qsl(parts.query)])
    scheme = "jsons" if parts.scheme == "https" else "json"
    return parts._replace(scheme=scheme, query=own).geturl()


def _plugin(apprise: Any, errand: dict[str, Any]) -> Any:
    """Return the library's sender for an address, or None where it is none."""
    kind = errand["kind"]
    try:
        address = native(kind, errand["url"].strip())
    except (KeyError, ValueError):
        return None
    if address.partition(":")[0].lower() not in SCHEMES[kind]:
        return None
    asset = apprise.AppriseAsset(
        app_id="opsdesk", app_desc="opsdesk", http_redirects=False
    )
    plugin = apprise.Apprise.instantiate(address, asset=asset)
    if plugin is None:
        return None
    plugin.socket_connect_timeout = plugin.socket_read_timeout = errand["seconds"]
    if kind == "email":
        return _addressed(plugin, errand)
    if kind == "dingtalk":
        _sign_once(plugin)
    return _elsewhere(plugin, kind, errand["server"])


def _addressed(plugin: Any, errand: dict[str, Any]) -> Any:
    """Say whom a mail is for and from, and that no robot should answer it (RFC 3834)."""
    plugin.targets = [(False, errand["message"]["to"])]
    plugin.cc, plugin.bcc = set(), set()
    if errand["sender"]:
        plugin.from_addr = (False, errand["sender"])
        plugin.names[errand["sender"]] = False
    plugin.headers["Auto-Submitted"] = "auto-generated"
    return plugin


def _sign_once(plugin: Any) -> None:
    """Hand out a signature unquoted: it is quoted again on its way into the address."""
    signed = plugin.get_signature

    def unquoted() -> tuple[str, str]:
        timestamp, signature = signed()
        return timestamp, unquote(signature)

    plugin.get_signature = unquoted


def _elsewhere(plugin: Any, kind: str, server: str) -> Any:
    """Speak to a private installation instead of the public service."""
    if server:
        for name in ("notify_url", "api_url"):
            if hasattr(plugin, name):
                address = getattr(plugin, name).replace(SERVICES[kind], server)
                setattr(plugin, name, address)
    return plugin


def _host(plugin: Any, errand: dict[str, Any]) -> str:
    if errand["kind"] == "email":
        return str(plugin.smtp_host)
    if errand["kind"] == "webhook":
        return str(plugin.host)
    return str(urlsplit(errand["server"] or SERVICES[errand["kind"]]).hostname)


def _stay_with(host: str) -> None:
    """Let this process look up, and so connect to, one host and no other."""

    def refuse(event: str, args: tuple[Any, ...]) -> None:
        if event in _ADDRESSED and args[0] is not None:
            asked = args[0].decode() if isinstance(args[0], bytes) else str(args[0])
            if asked.lower().strip("[]") != host.lower().strip("[]"):
                why = f"{asked} is not the channel's host"
                raise socket.gaierror(socket.EAI_NONAME, why)

    sys.addaudithook(refuse)


def _listen() -> Overheard:
    """Hear what the library remarks and what web servers answer."""
    import requests  # noqa: PLC0415 - as heavy

    overheard = Overheard()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            overheard.remarks.append(record.getMessage())

    class Session(requests.Session):
        def send(self, request: Any, **how: Any) -> Any:
            answer = super().send(request, **how)
            overheard.replies.append((answer.status_code, answer.text[:2000]))
            return answer

    log = logging.getLogger("apprise")
    log.handlers, log.propagate = [Ear()], False
    log.setLevel(logging.DEBUG)
    requests.sessions.Session = Session  # type: ignore[misc]
    return overheard


def _refusal(kind: str, overheard: Overheard) -> str:
    """Return why a service that answered 200 took nothing, as its body says; or ""."""
    if kind not in SERVICES or not overheard.replies:
        return ""
    status, text = overheard.replies[-1]
    try:
        body = json.loads(text)
        code = body.get("errcode", body.get("code", body.get("StatusCode", 0)))
        why = body.get("errmsg", body.get("msg", ""))
    except (ValueError, AttributeError):
        return f"odd-answer: {status} {text}"[:_LONGEST]
    return "" if code in (0, "0") else f"refused: {code} {why}"[:_LONGEST]


if __name__ == "__main__":
    main()
