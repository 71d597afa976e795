"""`servers`: forms first, then what they say of each other, then frozen servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from opsdesk.core.settings import checks, parsing, thresholds
from opsdesk.core.settings.estate import Estate
from opsdesk.core.settings.forms import ExpectForm, ServerForm
from opsdesk.core.settings.gateways import chains
from opsdesk.core.settings.mistakes import Notebook, Where, near_miss
from opsdesk.core.settings.quantities import is_address
from probes.finding import Words
from probes.server import (
    SHELL_LESS,
    BackupExpectation,
    Credential,
    Expectations,
    Kind,
    PathExpectation,
    Server,
    Thresholds,
    Transport,
)

WIRED = frozenset({Transport.SSH, Transport.OPENSSH})


def read(value: Any, estate: Estate) -> tuple[Server, ...]:
    """Return the servers in the file's order; every mistake is noted."""
    if not isinstance(value, list):
        estate.book.note(("servers",), _NOT_A_LIST)
        return ()
    for index, entry in enumerate(value):
        _read_form(entry, ("servers", index), estate)
    for name in estate.forms:
        estate.drafts[name] = _draft(name, estate)
    _place_paths(estate)
    return _with_gateways(estate)


def _read_form(entry: Any, where: Where, estate: Estate) -> None:
    name = entry.get("name") if isinstance(entry, dict) else None
    repeated = isinstance(name, str) and name in estate.places
    if isinstance(name, str) and not repeated:
        estate.places[name] = where
    elif repeated:
        first = estate.book.line(estate.places[str(name)])
        estate.book.note((*where, "name"), _TWICE.fill(name=name, first=first))
    form = parsing.form(ServerForm, entry, where, estate.book)
    if form is not None:
        key = f"{name} #{where[-1]}" if repeated else form.name  # no name has a space
        estate.places.setdefault(key, where)
        estate.forms[key] = form
    elif isinstance(entry, dict) and isinstance(entry.get("checks"), list):
        _tell_of_checks(entry, where, estate)


def _tell_of_checks(entry: dict[Any, Any], where: Where, estate: Estate) -> None:
    """Note the mistakes in the checks of a server that is not taken for another one."""
    checks.read(
        entry["checks"],
        str(entry.get("address") or "127.0.0.1"),
        (*where, "checks"),
        book=estate.book,
        binder=estate.binder,
    )


def _draft(name: str, estate: Estate) -> Server:
    form, where = estate.forms[name], estate.places[name]
    kind = _kind(form, where, estate.book)
    transport = _transport(form, kind)
    address = form.address or "127.0.0.1"
    if form.address is None and _needs_address(transport, where, estate.book):
        estate.book.note((*where, "address"), _NO_ADDRESS)
    place = (*where, "checks")
    book, binder = estate.book, estate.binder
    found = checks.read(form.checks, address, place, book=book, binder=binder)
    if transport is Transport.NONE and not _asks(form, where, estate.book):
        estate.book.note(where, _NOTHING_TO_ASK.fill(name=name))
    return Server(
        name=name,
        kind=kind,
        zone=form.zone,
        address=address,
        port=form.port,
        transport=transport,
        credential=_credential(form, transport, where, estate),
        host_keys=tuple(form.host_key),
        expect=_expectations(form.expect),
        thresholds=_thresholds(form, kind, where, estate),
        checks=found,
        note=form.note,
    )


def _needs_address(transport: Transport, where: Where, book: Notebook) -> bool:
    return transport is not Transport.LOCAL and not book.has(*where, "transport")


def _asks(form: ServerForm, where: Where, book: Notebook) -> bool:
    return bool(form.checks) or any(
        book.has(*where, key) for key in ("checks", "kind", "transport")
    )


def _kind(form: ServerForm, where: Where, book: Notebook) -> Kind:
    try:
        return Kind(form.kind)
    except ValueError:
        near = near_miss(form.kind, list(Kind))
        known = ", ".join(Kind)
        book.note(
            (*where, "kind"),
            _NO_KIND.fill(kind=form.kind, known=known, zh=near.zh, en=near.en),
        )
        return Kind.OTHER


def _transport(form: ServerForm, kind: Kind) -> Transport:
    if form.transport is not None:
        return Transport(form.transport)
    return Transport.NONE if kind in SHELL_LESS else Transport.SSH


def _credential(
    form: ServerForm, transport: Transport, where: Where, estate: Estate
) -> Credential | None:
    if form.credential is None:
        if transport in WIRED and not estate.book.has(*where, "transport"):
            estate.book.note((*where, "credential"), _NO_CREDENTIAL)
        return None
    if form.credential not in estate.credential_names:
        near = near_miss(form.credential, estate.credential_names)
        words = _UNKNOWN_CREDENTIAL.fill(name=form.credential, zh=near.zh, en=near.en)
        estate.book.note((*where, "credential"), words)
    return estate.credentials.get(form.credential)


def _thresholds(
    form: ServerForm, kind: Kind, where: Where, estate: Estate
) -> dict[str, Thresholds]:
    """Return the file's thresholds for a server: for all, its kind's, its own."""
    place = (*where, "thresholds")
    own = thresholds.read(form.thresholds, place, estate.book, estate.known)
    kinds = thresholds.merge(estate.base, estate.by_kind.get(kind.value, {}))
    merged = thresholds.merge(kinds, own)
    thresholds.check_order(own, merged, place, book=estate.book, known=estate.known)
    return merged


def _expectations(form: ExpectForm) -> Expectations:
    return Expectations(
        services=tuple(form.services),
        ports=tuple(form.ports),
        processes=tuple(form.processes),
        mounts=tuple(form.mounts),
        certificates=tuple(form.certificates),
        backups=tuple(
            BackupExpectation(
                glob=backup.glob,
                newer_than=backup.newer_than,
                at_least_kib=max(1, backup.at_least // 1024),
            )
            for backup in form.backups
        ),
    )


def _place_paths(estate: Estate) -> None:
    """Give each path to the server it is asked from, with the target's address."""
    for name, form in estate.forms.items():
        for index, path in enumerate(form.expect.paths):
            where = (*estate.places[name], "expect", "paths", index)
            target, port = path.to
            asked_from = path.from_ or name
            _known_name(asked_from, (*where, "from"), estate)
            host = target
            if not is_address(target):
                _known_name(target, (*where, "to"), estate)
                draft = estate.drafts.get(target)
                host = draft.address if draft else target
            label = f"{target}:{port}"
            _add_path(
                asked_from,
                PathExpectation(host=host, port=port, label=label),
                where,
                estate,
            )


def _add_path(name: str, path: PathExpectation, where: Where, estate: Estate) -> None:
    server = estate.drafts.get(name)
    if server is None:
        return
    if not server.has_shell:
        estate.book.note((*where, "from"), _CANNOT_ASK.fill(name=name))
    paths = (*server.expect.paths, path)
    estate.drafts[name] = replace(
        server, expect=replace(server.expect, paths=tuple(dict.fromkeys(paths)))
    )


def _known_name(name: str, where: Where, estate: Estate) -> None:
    if name not in estate.places:
        near = near_miss(name, estate.places)
        estate.book.note(where, _NO_SERVER.fill(name=name, zh=near.zh, en=near.en))


def _with_gateways(estate: Estate) -> tuple[Server, ...]:
    finished: dict[str, Server] = {}
    for name, chain in chains(estate).items():
        gateways = tuple(finished[hop] for hop in chain if hop in finished)
        finished[name] = replace(estate.drafts[name], via=gateways)
    return tuple(finished[name] for name in estate.drafts if name in finished)


_NOT_A_LIST = Words(
    "servers 应为列表，每台服务器以“- name: …”开头。",
    "`servers` should be a list; each server begins with `- name: …`.",
)
_TWICE = Words(
    "服务器名称 {name} 重复（第 {first} 行已有）。",
    "The server name {name} is taken (line {first}).",
)
_NO_KIND = Words(
    "没有 {kind} 这种类别。{zh}可用：{known}。",
    "There is no kind {kind}.{en} There are: {known}.",
)
_NO_ADDRESS = Words("缺少地址。", "The address is missing.")
_NOTHING_TO_ASK = Words(
    "{name} 没有命令行也没有 checks，无从检查。请加 checks(例如 icmp: true),"
    "或写 transport: ssh。",
    "{name} has no shell and no checks, so there is nothing to ask. Add checks (such "
    "as `icmp: true`), or `transport: ssh`.",
)
_NO_CREDENTIAL = Words(
    "SSH 登录需要 credential(在 credentials 中定义的名称)。",
    "SSH needs a credential (a name defined under `credentials`).",
)
_UNKNOWN_CREDENTIAL = Words(
    "credentials 中没有 {name}。{zh}", "There is no credential {name}.{en}"
)
_NO_SERVER = Words(
    "servers 中没有名为 {name} 的服务器。{zh}",
    "There is no server named {name}.{en}",
)
_CANNOT_ASK = Words(
    "{name} 没有命令行，不能从它发起连接。",
    "{name} has no shell: nothing can be asked from it.",
)
