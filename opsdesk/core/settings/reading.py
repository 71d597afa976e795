"""`load`: the file, its sections, what they say of each other, and then the settings."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from opsdesk.core import vault
from opsdesk.core.settings import (
    credentials,
    document,
    environment,
    notices,
    parsing,
    people,
    recovery,
    sections,
    servers,
)
from opsdesk.core.settings.credentials import Binder
from opsdesk.core.settings.estate import Estate
from opsdesk.core.settings.forms import (
    TOP_LEVEL,
    ClocksForm,
    ContractForm,
    DatabaseForm,
    DeskForm,
    Form,
    InspectionsForm,
    MetricsForm,
    NoticesForm,
    PlansForm,
    RosterForm,
    SecurityForm,
    WallForm,
)
from opsdesk.core.settings.mistakes import BadSettings, Notebook
from opsdesk.core.settings.model import Desk, Metrics, Settings
from opsdesk.core.settings.thresholds import Catalogue
from probes.server import Credential, Kind, Server, Thresholds, Transport

F = TypeVar("F", bound=Form)


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
    for key in data:
        if key not in TOP_LEVEL:
            book.note((key,), parsing.unknown_key(key, frozenset(TOP_LEVEL)))
    known = _catalogue(data) if limits is None else limits
    settings = _settings(_Source(path, data, book, environ, known))
    if book.mistakes:
        raise BadSettings(book.mistakes, language=settings.desk.language)
    return settings


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    data: dict[str, Any]
    book: Notebook
    environ: Mapping[str, str]
    known: Catalogue

    def section(self, key: str, kind: type[F]) -> F:
        """Return a section, or its defaults after its mistakes were noted."""
        form = parsing.form(kind, self.data.get(key), (key,), self.book)
        return kind() if form is None else form

    def binder(self, desk: Desk) -> Binder:
        base, safe = self.path.parent, vault.Vault(desk.data, self.environ)
        return Binder(base, lambda ref: vault.resolve(ref, base=base, vault=safe))


def _settings(source: _Source) -> Settings:
    book, known = source.book, source.known
    desk = sections.desk(source.section("desk", DeskForm), source.data, source.path)
    binder = source.binder(desk)
    inspections, by_kind = sections.inspections(
        source.section("inspections", InspectionsForm), book, known
    )
    found = credentials.read(source.data.get("credentials"), book, binder)
    estate = _estate(source, binder, found, inspections.thresholds, by_kind)
    listed = source.data.get("servers")
    is_default = listed is None or listed == []
    machines = (this_machine(),) if is_default else servers.read(listed, estate)
    database = source.section("database", DatabaseForm)
    return Settings(
        path=source.path,
        desk=desk,
        contract=sections.contract(source.section("contract", ContractForm), book),
        inspections=inspections,
        metrics=Metrics(
            token=binder.secret(source.section("metrics", MetricsForm).token)
        ),
        credentials=found,
        servers=machines,
        servers_are_default=is_default,
        clocks=sections.clocks(source.section("clocks", ClocksForm)),
        security=people.security(source.section("security", SecurityForm)),
        roster=people.roster(source.section("roster", RosterForm), book),
        plans_folder=sections.plans_folder(
            source.section("plans", PlansForm), source.path
        ),
        wall_from=tuple(source.section("wall", WallForm).addresses),
        notices=notices.read(source.section("notices", NoticesForm), book, binder),
        database_url=sections.database_url(database, desk.data, book, binder),
        **recovery.read(source.data, [one.name for one in machines], book, binder),
    )


def _estate(
    source: _Source,
    binder: Binder,
    found: dict[str, Credential],
    base: Mapping[str, Thresholds],
    by_kind: dict[str, dict[str, Thresholds]],
) -> Estate:
    return Estate(
        book=source.book,
        binder=binder,
        credentials=found,
        credential_names=_credential_names(source),
        base=base,
        by_kind=by_kind,
        known=source.known,
    )


def _credential_names(source: _Source) -> frozenset[str]:
    raw = source.data.get("credentials")
    return frozenset(raw) if isinstance(raw, dict) else frozenset()


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


def _catalogue(data: dict[str, Any]) -> Catalogue:
    """Return the catalogue's thresholds where the file names one; it costs an import."""
    here, listed = data.get("inspections"), data.get("servers")
    holders = [here, *(listed if isinstance(listed, list) else [])]
    named = any(
        holder.get("thresholds") or holder.get("kind_thresholds")
        for holder in holders
        if isinstance(holder, dict)
    )
    if not named:
        return None
    from opsdesk.core.settings.limits import of_the_catalogue  # noqa: PLC0415

    return of_the_catalogue()
