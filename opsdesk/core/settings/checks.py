"""`checks` of a server: each entry becomes the check it describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from opsdesk.core.settings import check_forms, parsing
from opsdesk.core.settings.check_forms import (
    HttpForm,
    IcmpForm,
    RedisForm,
    SnmpForm,
    SqlForm,
    TlsForm,
)
from opsdesk.core.settings.credentials import Binder
from opsdesk.core.settings.mistakes import Notebook, Where, near_miss
from probes.check import (
    Check,
    HttpCheck,
    IcmpCheck,
    RedisCheck,
    SnmpCheck,
    SqlCheck,
    TcpCheck,
    TlsCheck,
    kind_of,
    subject_of,
)
from probes.finding import Words

_SQL_PORTS = {"postgresql": 5432, "mysql": 3306}


def read(
    entries: list[Any], address: str, where: Where, *, book: Notebook, binder: Binder
) -> tuple[Check, ...]:
    """Return the checks; entries that say nothing usable are noted."""
    found: dict[tuple[str, str], Check] = {}
    for index, entry in enumerate(entries):
        place = (*where, index)
        check = _check(entry, place, book, binder)
        if check is None:
            continue
        key = kind_of(check), subject_of(check, address)
        if key in found:
            book.note(place, _TWICE.fill(kind=key[0], subject=key[1]))
        found[key] = check
    return tuple(found.values())


def _check(entry: Any, where: Where, book: Notebook, binder: Binder) -> Check | None:
    if not isinstance(entry, dict):
        book.note(where, _NOT_A_CHECK.fill(kinds=", ".join(check_forms.KEYS)))
        return None
    kind = check_forms.kind_of(entry)
    if kind is None:
        book.note(where, _no_kind(entry))
        return None
    place = where
    if kind in check_forms.NESTED:
        for key in entry:
            if key != kind:
                book.note((*where, key), _BESIDE.fill(key=key, kind=kind))
        place = (*where, kind)
    details = check_forms.details(kind, entry)
    form = parsing.form(check_forms.FORMS[kind], details, place, book)
    return None if form is None else _made(form, place, book, binder)


def _made(form: Any, where: Where, book: Notebook, binder: Binder) -> Check:
    match form:
        case HttpForm() | TlsForm():
            return _web(form, where, book, binder)
        case SnmpForm():
            return _snmp(form, where, book, binder)
        case SqlForm() | RedisForm():
            return _store(form, binder)
        case IcmpForm():
            return IcmpCheck(
                count=form.count, warn_ms=form.warn_ms, timeout=form.timeout
            )
        case _:
            return TcpCheck(
                port=form.tcp,
                banner=form.banner,
                warn_ms=form.warn_ms,
                timeout=form.timeout,
            )


def _store(form: SqlForm | RedisForm, binder: Binder) -> Check:
    password = binder.secret(form.password)
    if isinstance(form, RedisForm):
        return RedisCheck(
            port=form.port,
            user=form.user,
            password=password,
            tls=form.tls,
            timeout=form.timeout,
        )
    return SqlCheck(
        engine=form.engine,
        port=form.port or _SQL_PORTS[form.engine],
        user=form.user,
        password=password,
        database=form.database,
        timeout=form.timeout,
    )


def _web(
    form: HttpForm | TlsForm, where: Where, book: Notebook, binder: Binder
) -> Check:
    ca_file = _ca_file(form.ca_file, where, book, binder)
    if isinstance(form, TlsForm):
        return TlsCheck(
            port=form.tls, name=form.name, ca_file=ca_file, timeout=form.timeout
        )
    return HttpCheck(
        url=form.http,
        status=form.status,
        contains=form.contains,
        warn_ms=form.warn_ms,
        verify=form.verify,
        ca_file=ca_file,
        timeout=form.timeout,
    )


def _snmp(form: SnmpForm, where: Where, book: Notebook, binder: Binder) -> Check:
    version = str(form.version).removesuffix("c")
    if version == "2" and form.community is None:
        book.note(where, _NO_COMMUNITY)
    if version == "3" and form.user is None:
        book.note(where, _NO_SNMP_USER)
    if form.privacy_key is not None and form.auth_key is None:
        book.note((*where, "privacy_key"), _PRIVACY_ALONE)
    return SnmpCheck(
        version="2c" if version == "2" else "3",
        port=form.port,
        community=binder.secret(form.community),
        user=form.user,
        auth_protocol=form.auth_protocol,
        auth_key=binder.secret(form.auth_key),
        privacy_protocol=form.privacy_protocol,
        privacy_key=binder.secret(form.privacy_key),
        timeout=form.timeout,
    )


def _ca_file(
    text: str | None, where: Where, book: Notebook, binder: Binder
) -> str | None:
    if text is None:
        return None
    path: Path = binder.path(text)
    if not path.is_file():
        book.note((*where, "ca_file"), _NO_CA_FILE.fill(path=path))
    return str(path)


def _no_kind(entry: dict[str, Any]) -> Words:
    kinds = ", ".join(check_forms.KEYS)
    for key in entry:
        near = near_miss(key, check_forms.KEYS)
        if near.zh and key not in check_forms.KEYS:
            return _UNKNOWN.fill(key=key, kinds=kinds, zh=near.zh, en=near.en)
    return _NOT_A_CHECK.fill(kinds=kinds)


_NOT_A_CHECK = Words(
    "每条检查要写明一种方式：{kinds}（只写其中一种），例如 tcp: 443。",
    "A check says one way of asking, of {kinds}; for example `tcp: 443`.",
)
_UNKNOWN = Words(
    "没有 {key} 这种检查（可用：{kinds}）。{zh}",
    "There is no check named {key} (there are {kinds}).{en}",
)
_BESIDE = Words(
    "{key} 应写在 {kind}: {{…}} 里面。", "{key} belongs inside `{kind}: {{…}}`."
)
_TWICE = Words(
    "{kind} 检查 {subject} 写了两次。", "The {kind} check of {subject} stands twice."
)
_NO_COMMUNITY = Words("SNMP v2c 需要 community。", "SNMP version 2c needs a community.")
_NO_SNMP_USER = Words("SNMP v3 需要 user。", "SNMP version 3 needs a user.")
_PRIVACY_ALONE = Words(
    "有 privacy_key 时必须有 auth_key。", "A privacy_key needs an auth_key beside it."
)
_NO_CA_FILE = Words(
    "证书文件 {path} 不存在或不是文件。", "The file {path} does not exist."
)
