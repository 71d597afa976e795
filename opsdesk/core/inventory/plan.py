"""Entries made into servers of ours: names, credentials, jump hosts, as plain data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from opsdesk.core.inventory.entry import Entry, Found, Problem, named
from opsdesk.core.settings import Settings
from opsdesk.core.settings.quantities import host, host_key
from probes.finding import Words
from probes.server import SHELL_LESS

SHELL_LESS_KINDS = frozenset(kind.value for kind in SHELL_LESS)


@dataclass(slots=True)
class Plan:
    """What would be added to config.yaml, and what could not be."""

    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    servers: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)  # by name, as admitted


def plan(found: Found, settings: Settings, *, credential: str = "") -> Plan:
    """Return what a list adds to a configuration.

    `credential`: used where an entry names none and its account is not known.
    """
    result = Plan(problems=list(found.problems))
    taken = {one.name for one in settings.servers if not settings.servers_are_default}
    entries = result.entries
    for entry in found.entries:
        _admit(entry, entries, taken, result)
    _add_gateways(entries, settings)
    known = {
        name: (one.user, str(one.key_file or ""))
        for name, one in settings.credentials.items()
    }
    for entry in _gateways_first(entries, settings):
        body = _server(entry, entries, settings)
        if not _needs_account(body):
            result.servers.append(body)
            continue
        name = _credential(entry, known, result.credentials, settings, credential)
        if name is None:
            problem = Problem(entry.source, _no_account(entry), whole=True)
            result.problems.append(problem)
            continue
        result.servers.append({**body, "credential": name})
    _drop_orphans(result, settings)
    return result


def _admit(
    entry: Entry, entries: dict[str, Entry], taken: set[str], result: Plan
) -> None:
    if not entry.name:
        words = _NO_NAME.fill(written=entry.written[:80])
    elif entry.name in entries:
        words = _TWICE.fill(name=entry.name, source=entries[entry.name].source)
    elif entry.name in taken:
        words = _TAKEN.fill(name=entry.name)
    elif not entry.local and not _fits(host, entry.address):
        words = _BAD_ADDRESS.fill(name=entry.name, address=entry.address[:80])
    else:
        if entry.host_key and not _fits(host_key, entry.host_key):
            problem = Problem(entry.source, _BAD_KEY.fill(name=entry.name))
            result.problems.append(problem)
            entry = replace(entry, host_key="")
        entries[entry.name] = entry
        return
    result.problems.append(Problem(entry.source, words, whole=True))


def _fits(read: Any, text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _add_gateways(entries: dict[str, Entry], settings: Settings) -> None:
    """Add the jump hosts that only appear as somebody's way."""
    for entry in list(entries.values()):
        for hop in entry.via:
            if _known_hop(hop, entries, settings) is None:
                user, address, port = _parts(hop)
                entries[named(address)] = Entry(
                    name=named(address),
                    source=entry.source,
                    address=address,
                    port=port,
                    user=user or entry.user,
                    key_file=entry.key_file,
                    credential=entry.credential,
                )


def _known_hop(
    hop: str, entries: Mapping[str, Entry], settings: Settings
) -> str | None:
    """Return the name of the server a jump host is, by its name or address."""
    _, address, _ = _parts(hop)
    for name in (hop, address, named(address)):
        if name in entries or settings.server(name) is not None:
            return name
    for entry in entries.values():
        if entry.address == address:
            return entry.name
    return next((one.name for one in settings.servers if one.address == address), None)


def _parts(hop: str) -> tuple[str, str, int | None]:
    user, _, rest = hop.rpartition("@")
    address, _, port = rest.rpartition(":")
    if address and port.isdigit() and ":" not in address.strip("[]").replace("::", ""):
        return user, address.strip("[]"), int(port)
    return user, rest.strip("[]"), None


def _gateways_first(entries: dict[str, Entry], settings: Settings) -> list[Entry]:
    """Return the entries, jump hosts before the servers behind them."""
    ordered: dict[str, Entry] = {}

    def visit(entry: Entry, path: tuple[str, ...]) -> None:
        for hop in entry.via:
            name = _known_hop(hop, entries, settings)
            if name in entries and name not in path and name not in ordered:
                visit(entries[name], (*path, name))
        ordered.setdefault(entry.name, entry)

    for entry in entries.values():
        visit(entry, (entry.name,))
    return list(ordered.values())


def _server(
    entry: Entry, entries: Mapping[str, Entry], settings: Settings
) -> dict[str, Any]:
    via = [_known_hop(hop, entries, settings) for hop in entry.via]
    shell_less = entry.kind in SHELL_LESS_KINDS and not entry.user
    body: dict[str, Any] = {
        "name": entry.name,
        "kind": entry.kind or "other",
        "zone": entry.zone or "default",
        "address": "" if entry.local else entry.address,
        "port": entry.port if entry.port != 22 else None,  # noqa: PLR2004 - the default
        "transport": _transport(entry, shell_less=shell_less),
        "host_key": entry.host_key,
        "via": [] if shell_less else [hop for hop in via if hop and hop != entry.name],
        "checks": [{"icmp": True}] if shell_less else [],
        "note": entry.note[:500],
    }
    return {key: value for key, value in body.items() if value not in ("", None, [])}


def _transport(entry: Entry, *, shell_less: bool) -> str:
    if entry.local:
        return "local"
    return "ssh" if entry.kind in SHELL_LESS_KINDS and not shell_less else ""


def _needs_account(body: Mapping[str, Any]) -> bool:
    if body.get("transport"):
        return bool(body["transport"] == "ssh")
    return body["kind"] not in SHELL_LESS_KINDS


def _credential(
    entry: Entry,
    known: Mapping[str, tuple[str, str]],
    added: dict[str, dict[str, Any]],
    settings: Settings,
    fallback: str,
) -> str | None:
    """Return the credential of an entry, made where the list says user and key."""
    if entry.credential in {*known, *added}:
        return entry.credential
    if entry.user and entry.key_file:
        wanted = entry.user, str(_absolute(entry.key_file, settings))
        same = (name for name, pair in known.items() if pair == wanted)
        return next(same, None) or _new(entry, added, known)
    for name, (user, _) in known.items():
        if entry.user == user and not fallback:
            return name
    if fallback:
        return fallback
    return next(iter(known)) if len(known) == 1 and not entry.user else None


def _new(entry: Entry, added: dict[str, dict[str, Any]], known: Collection[str]) -> str:
    body = {"user": entry.user, "key_file": entry.key_file}
    for name, other in added.items():
        if other == body:
            return name
    base = named(entry.user) or "imported"
    name, number = base, 1
    while name in added or name in known:
        number += 1
        name = f"{base}-{number}"
    added[name] = body
    return name


def _absolute(key_file: str, settings: Settings) -> Path:
    return settings.path.parent / Path(key_file).expanduser()


def _drop_orphans(result: Plan, settings: Settings) -> None:
    """Leave out servers whose jump host was left out, and say so."""
    while True:
        names = {body["name"] for body in result.servers}
        names |= {one.name for one in settings.servers}
        lost = [
            body for body in result.servers if not names.issuperset(body.get("via", []))
        ]
        if not lost:
            return
        for body in lost:
            result.servers.remove(body)
            words = _ORPHAN.fill(name=body["name"], via=", ".join(body["via"]))
            source = result.entries[body["name"]].source
            result.problems.append(Problem(source, words, whole=True))


def _no_account(entry: Entry) -> Words:
    return (_NO_KEY if entry.user else _NO_USER).fill(name=entry.name, user=entry.user)


_NO_NAME = Words(
    "“{written}”里没有可作名称的字符，没有导入。",
    "“{written}” holds nothing a name may hold; not taken over.",
)
_TWICE = Words(
    "名称 {name} 在 {source} 已经用过，这一行没有导入。请改名后再导入。",
    "The name {name} stands at {source} already; this one was not taken over. Give it "
    "another name.",
)
_TAKEN = Words(
    "{name} 已有同名服务器，没有重复导入。",
    "There is a server named {name} already; it was not taken over again.",
)
_BAD_ADDRESS = Words(
    "{name} 的地址“{address}”不是主机名或 IP，没有导入。",
    "The address “{address}” of {name} is no host name or IP; not taken over.",
)
_BAD_KEY = Words(
    "{name} 的主机密钥格式不对，没有导入密钥。",
    "The host key of {name} is malformed; the server was taken over without it.",
)
_NO_USER = Words(
    "{name} 没有登录账号，没有导入。请加 --credential 名称。",
    "{name} has no account and was not taken over. Add --credential NAME.",
)
_NO_KEY = Words(
    "{name} 的账号 {user} 没有私钥，没有导入。请先在 credentials 中配置，再加 "
    "--credential 名称。",
    "The account {user} of {name} has no key; not taken over. Define it under "
    "credentials first and add --credential NAME.",
)
_ORPHAN = Words(
    "{name} 的跳板 {via} 没有导入，因此它也没有导入。",
    "{name} was not taken over because its jump host {via} was not.",
)
