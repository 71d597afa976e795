"""`load`: the file, its sections, what they say of each other, and then the settings."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from opsdesk.core import vault
from opsdesk.core.errors import Refused
from opsdesk.core.language import Language, RefusedInWords
from opsdesk.core.settings import (
    credentials,
    document,
    environment,
    parsing,
    servers,
    thresholds,
)
from opsdesk.core.settings.credentials import Binder
from opsdesk.core.settings.forms import (
    SECTIONS,
    TOP_LEVEL,
    ContractForm,
    DatabaseForm,
    DeskForm,
    Form,
    InspectionsForm,
    LimitsForm,
    MetricsForm,
)
from opsdesk.core.settings.mistakes import BadSettings, Notebook, near_miss
from opsdesk.core.settings.model import (
    Contract,
    Desk,
    Inspections,
    Metrics,
    Settings,
)
from opsdesk.core.settings.thresholds import Catalogue
from probes.finding import Words
from probes.server import Kind, Limits, Server, Thresholds, Transport

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def load(
    path: Path, *, environ: Mapping[str, str], limits: Catalogue = None
) -> Settings:
    """Return the settings of a file, or raise BadSettings with every mistake in it.

    `limits`: the thresholds there are, by name; None asks `probes.catalogue`, and only
    when the file names one. Nothing is created, and no secret is fetched but for
    `database.url`.
    """
    path = path.absolute()
    source = document.read(path)
    book = source.notebook
    if not source.data and book.mistakes:
        raise BadSettings(book.mistakes)
    data = environment.applied(source.data, environ, book)
    forms = _sections(data, book)
    settings = _settings(path, data, forms, book=book, environ=environ, limits=limits)
    if book.mistakes:
        raise BadSettings(book.mistakes, language=settings.desk.language)
    return settings


def _sections(data: dict[str, Any], book: Notebook) -> dict[str, Form]:
    for key in data:
        if key not in TOP_LEVEL:
            book.note((key,), parsing.unknown_key(key, frozenset(TOP_LEVEL)))
    forms: dict[str, Form] = {}
    for key, kind in SECTIONS.items():
        form = parsing.form(kind, data.get(key), (key,), book)
        forms[key] = kind() if form is None else form
    return forms


def _settings(
    path: Path,
    data: dict[str, Any],
    forms: dict[str, Form],
    *,
    book: Notebook,
    environ: Mapping[str, str],
    limits: Catalogue,
) -> Settings:
    desk = _desk(cast("DeskForm", forms["desk"]), data, path)
    safe = vault.Vault(desk.data, environ)
    binder = Binder(
        path.parent, lambda ref: vault.resolve(ref, base=path.parent, vault=safe)
    )
    form = cast("InspectionsForm", forms["inspections"])
    known = _catalogue(data) if limits is None else limits
    inspections, by_kind = _inspections(form, book, known)
    found = credentials.read(data.get("credentials"), book, binder)
    estate = servers.Estate(
        book=book,
        binder=binder,
        credentials=found,
        credential_names=frozenset(
            parsing.mapping(data.get("credentials"), ("credentials",), book)
        ),
        base=inspections.thresholds,
        by_kind=by_kind,
        known=known,
    )
    listed = data.get("servers")
    is_default = listed is None or listed == []
    token = cast("MetricsForm", forms["metrics"]).token
    return Settings(
        path=path,
        desk=desk,
        contract=_contract(cast("ContractForm", forms["contract"]), book),
        inspections=inspections,
        metrics=Metrics(token=binder.secret(token)),
        credentials=found,
        servers=(this_machine(),) if is_default else servers.read(listed, estate),
        servers_are_default=is_default,
        database_url=_database_url(
            cast("DatabaseForm", forms["database"]), desk.data, book, binder
        ),
    )


def this_machine() -> Server:
    """Return the server that is inspected where none is configured: this one."""
    name = re.sub(r"[^\w.\-]", "-", platform.node()).strip(".-")[:64]
    return Server(
        name=name or "localhost",
        kind=Kind.OTHER,
        zone="local",
        address="127.0.0.1",
        transport=Transport.LOCAL,
    )


def _desk(form: DeskForm, data: dict[str, Any], path: Path) -> Desk:
    language: Language = form.language
    raw = data.get("desk")
    if isinstance(raw, dict) and raw.get("language") == "en":
        language = "en"  # also where the rest of the section has mistakes
    return Desk(
        name=form.name,
        listen_host=form.listen[0],
        listen_port=form.listen[1],
        timezone=form.timezone,
        language=language,
        data=path.parent / Path(form.data).expanduser(),
    )


def _contract(form: ContractForm, book: Notebook) -> Contract:
    if form.start and form.end and form.start >= form.end:
        book.note(("contract", "end"), _CONTRACT_ENDS.fill(start=form.start))
    return Contract(
        customer=form.customer,
        contractor=form.contractor,
        project=form.project,
        number=form.number,
        start=form.start,
        end=form.end,
    )


def _inspections(
    form: InspectionsForm, book: Notebook, known: Catalogue
) -> tuple[Inspections, dict[str, dict[str, Thresholds]]]:
    here = ("inspections",)
    ascending = sorted(set(form.times)) == form.times
    if len(form.times) != 3 or not ascending:  # noqa: PLR2004 - thrice a day
        book.note((*here, "times"), _TIMES)
    place = (*here, "thresholds")
    base = thresholds.read(form.thresholds, place, book, known)
    thresholds.check_order(base, base, place, book=book, known=known)
    inspections = Inspections(
        times=tuple(form.times),
        catch_up=form.catch_up,
        weekly_day=WEEK.index(form.weekly_day),
        workers=form.workers,
        per_gateway=form.per_gateway,
        limits=_limits(form.limits, book),
        thresholds=base,
    )
    return inspections, _by_kind(form, base, book, known)


def _by_kind(
    form: InspectionsForm,
    base: dict[str, Thresholds],
    book: Notebook,
    known: Catalogue,
) -> dict[str, dict[str, Thresholds]]:
    found = {}
    for kind, forms in form.kind_thresholds.items():
        where = ("inspections", "kind_thresholds", kind)
        if kind not in list(Kind):
            near = near_miss(kind, list(Kind))
            book.note(where, _NO_KIND.fill(kind=kind, zh=near.zh, en=near.en))
        own = thresholds.read(forms, where, book, known)
        effective = thresholds.merge(base, own)
        thresholds.check_order(own, effective, where, book=book, known=known)
        found[kind] = own
    return found


def _limits(form: LimitsForm, book: Notebook) -> Limits:
    here = ("inspections", "limits")
    for name in ("connect", "banner", "auth", "script", "server"):
        if not getattr(form, name):
            book.note((*here, name), _ZERO)
    if form.script > form.server:
        book.note((*here, "script"), _SCRIPT_TOO_LONG)
    if form.output < 64 << 10:
        book.note((*here, "output"), _OUTPUT_TOO_SMALL)
    return Limits(
        connect=form.connect,
        banner=form.banner,
        auth=form.auth,
        script=form.script,
        server=form.server,
        output_bytes=form.output,
    )


def _catalogue(data: dict[str, Any]) -> Catalogue:
    """Return the catalogue's thresholds where the file names one; it costs an import."""
    if "thresholds" not in str(data):
        return None
    from opsdesk.core.settings.limits import of_the_catalogue  # noqa: PLC0415

    return of_the_catalogue()


def _database_url(
    form: DatabaseForm, data: Path, book: Notebook, binder: Binder
) -> str:
    url = form.url
    embedded = f"sqlite:///{data / 'opsdesk.sqlite3'}"
    if url is None:
        return embedded
    where = ("database", "url")
    if url.startswith(("secret:", "file:", "env:")):
        try:
            url = binder.bind(url).reveal()
        except Refused as refusal:
            words = Words(str(refusal), str(refusal))
            book.note(
                where, refusal.words if isinstance(refusal, RefusedInWords) else words
            )
            return embedded
    if not url.startswith(("postgresql+psycopg://", "sqlite:///")):
        book.note(where, _BAD_URL)
    return url


_CONTRACT_ENDS = Words(
    "合同结束日期应晚于开始日期 {start}。",
    "The contract must end after it starts ({start}).",
)
_TIMES = Words(
    '应为三个由早到晚的钟点(早、中、晚),例如 ["08:00", "14:00", "20:00"]。',
    "There should be three ascending times (morning, noon, evening), such as "
    '["08:00", "14:00", "20:00"].',
)
_NO_KIND = Words("没有 {kind} 这种类别。{zh}", "There is no kind {kind}.{en}")
_ZERO = Words("应大于 0。", "This must be longer than nothing.")
_SCRIPT_TOO_LONG = Words(
    "script 的时限不得超过整台服务器的时限 server。",
    "The script cannot have longer than the whole server.",
)
_OUTPUT_TOO_SMALL = Words("不得小于 64KiB。", "This should be at least 64KiB.")
_BAD_URL = Words(
    "应为 null(内置数据库)、postgresql+psycopg://… 或 sqlite:///…,"
    "也可写引用,例如 env:DATABASE_URL。",
    "This should be null (embedded), postgresql+psycopg://… or sqlite:///…, or a "
    "reference such as env:DATABASE_URL.",
)
