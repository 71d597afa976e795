"""The sections that stand for themselves: desk, contract, database, inspections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from opsdesk.core.errors import Refused
from opsdesk.core.language import Language, RefusedInWords
from opsdesk.core.settings import thresholds
from opsdesk.core.settings.credentials import Binder
from opsdesk.core.settings.forms import (
    ClocksForm,
    ContractForm,
    DatabaseForm,
    DeskForm,
    InspectionsForm,
    LimitsForm,
    PlansForm,
)
from opsdesk.core.settings.mistakes import Notebook, near_miss
from opsdesk.core.settings.model import Clocks, Contract, Desk, Inspections
from opsdesk.core.settings.thresholds import Catalogue
from probes.finding import Words
from probes.server import Kind, Limits, Thresholds

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LEAST_OUTPUT = 64 << 10


def desk(form: DeskForm, data: dict[str, Any], path: Path) -> Desk:
    """Return `desk`; its language also where the rest of it has mistakes."""
    language: Language = form.language
    raw = data.get("desk")
    if isinstance(raw, dict) and raw.get("language") == "en":
        language = "en"
    return Desk(
        name=form.name,
        listen_host=form.listen[0],
        listen_port=form.listen[1],
        timezone=form.timezone,
        language=language,
        data=path.parent / Path(form.data).expanduser(),
        hosts=tuple(form.hosts),
        https=form.https,
        idle=form.idle,
    )


def plans_folder(form: PlansForm, path: Path) -> Path | None:
    """Return `plans.folder`, beside the configuration where it is relative."""
    return path.parent / Path(form.folder).expanduser() if form.folder else None


def contract(form: ContractForm, book: Notebook) -> Contract:
    """Return `contract`, whose end must come after its start."""
    if form.start and form.end and form.start >= form.end:
        book.note(("contract", "end"), _CONTRACT_ENDS.fill(start=form.start))
    return Contract(
        customer=form.customer,
        contractor=form.contractor,
        project=form.project,
        number=form.number,
        form_prefix=form.form_prefix,
        start=form.start,
        end=form.end,
    )


def inspections(
    form: InspectionsForm, book: Notebook, known: Catalogue
) -> tuple[Inspections, dict[str, dict[str, Thresholds]]]:
    """Return `inspections`, and its thresholds by kind for the servers to take."""
    here = ("inspections",)
    ascending = sorted(set(form.times)) == form.times
    if len(form.times) != 3 or not ascending:  # noqa: PLR2004 - thrice a day
        book.note((*here, "times"), _TIMES)
    place = (*here, "thresholds")
    base = thresholds.read(form.thresholds, place, book, known)
    thresholds.check_order(base, base, place, book=book, known=known)
    made = Inspections(
        times=tuple(form.times),
        catch_up=form.catch_up,
        weekly_day=WEEK.index(form.weekly_day),
        workers=form.workers,
        per_gateway=form.per_gateway,
        limits=_limits(form.limits, book),
        thresholds=base,
    )
    return made, _by_kind(form, base, book, known)


def clocks(form: ClocksForm) -> Clocks:
    """Return `clocks`."""
    return Clocks(
        policy=form.policy,
        same_day_cutoff=form.same_day_cutoff,
        complex_in_hours=form.complex == "72h",
    )


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
    if form.output < _LEAST_OUTPUT:
        book.note((*here, "output"), _OUTPUT_TOO_SMALL)
    return Limits(
        connect=form.connect,
        banner=form.banner,
        auth=form.auth,
        script=form.script,
        server=form.server,
        output_bytes=form.output,
    )


def database_url(form: DatabaseForm, data: Path, book: Notebook, binder: Binder) -> str:
    """Return where the database is; a reference is fetched, as nothing works without.

    The password in it, if any, is in no mistake and no repr.
    """
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
    '应为三个由早到晚的钟点（早、中、晚），例如 ["08:00", "14:00", "20:00"]。',
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
    "应为 null（内置数据库）、postgresql+psycopg://… 或 sqlite:///…，"
    "也可写引用，例如 env:DATABASE_URL。",
    "This should be null (embedded), postgresql+psycopg://… or sqlite:///…, or a "
    "reference such as env:DATABASE_URL.",
)
