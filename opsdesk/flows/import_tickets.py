"""Tickets out of a sheet: first rehearsed, then opened, and every row says how it went.

Only registers whose records begin with a call are filled this way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import audit, sheets
from opsdesk.core.errors import Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Settings
from opsdesk.flows import naming_items, work_tickets
from opsdesk.flows.registers import BY_KIND
from opsdesk.flows.work_tickets import Deed
from opsdesk.tickets.entering import Mistaken, read, typed
from opsdesk.tickets.models import Kind, Ticket, TicketEvent, What
from opsdesk.tickets.operations.opening import NotYours, Opening
from opsdesk.tickets.register import Field, Register, Shape
from probes.finding import Words

KINDS = (Kind.INCIDENT, Kind.REQUEST)
MOST = 2_000
BEGAN = Field(
    name="began_at",
    label=Words("最早发现时间", "First seen at"),
    shape=Shape.MOMENT,
)
_YES, _NO = ("是", "yes", "true", "1"), ("否", "no", "false", "0")
_AGAIN = timedelta(days=1)


class ImportedAlready(RefusedInWords, Stale):
    """The same file was imported into the register a short while ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the file: what it would open, or why it cannot; then its number."""

    row: int
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    began_at: datetime | None = None
    why: Words | None = None
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole file: its rows, and the heads nobody knows."""

    lines: tuple[Line, ...]
    unknown: tuple[str, ...]
    sha256: str

    @property
    def sound(self) -> int:
        return sum(line.why is None for line in self.lines)

    @property
    def refused(self) -> int:
        return len(self.lines) - self.sound


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as it came, and the zone its moments are in."""

    name: str
    content: bytes
    zone: tzinfo


def heads(register: Register) -> tuple[Field, ...]:
    """Return the fields a sheet may fill."""
    fields = (
        one
        for one in register.fields.values()
        if one.by_hand and one.frozen and one.shape not in (Shape.ROWS, Shape.SHA256)
    )
    return (*fields, BEGAN)


def rehearse(register: Register, file: File) -> Report:
    """Return what a file would open. Raises NotASheet, RefusedInWords."""
    if register.kind not in KINDS:
        raise RefusedInWords(_NOT_HERE)
    rows = sheets.read(file.name, file.content)
    start = next(at for at, row in enumerate(rows) if any(row))
    columns, unknown = _columns(register, rows[start])
    if "title" not in {one.name for one in columns.values()}:
        raise RefusedInWords(_NO_TITLE_COLUMN)
    if sum(any(row) for row in rows[start + 1 :]) > MOST:
        raise RefusedInWords(_TOO_MANY, most=MOST)
    lines = tuple(
        _line(register, columns, number, row, file.zone)
        for number, row in enumerate(rows[start + 1 :], start + 2)
        if any(row)
    )
    if not lines:
        raise RefusedInWords(_NOTHING)
    return Report(
        lines=lines,
        unknown=unknown,
        sha256=hashlib.sha256(file.content).hexdigest(),
    )


def named(
    session: Session, settings: Settings, register: Register, report: Report
) -> Report:
    """Return the report with the rows refused that name items nobody knows."""

    def asked(line: Line) -> Line:
        try:
            opening = Opening(values=line.values)
            naming_items.settle(session, settings, register, opening, "")
        except Mistaken as mistaken:
            return replace(line, why=_joined(mistaken))
        return line

    return replace(report, lines=tuple(asked(one) for one in report.lines))


def apply(
    session: Session,
    settings: Settings,
    kind: Kind,
    file: File,
    deed: Deed,
    *,
    all_or_none: bool,
) -> Report:
    """Open what a file says, in one transaction.

    With `all_or_none`, one row that cannot be taken refuses the file; else the sound
    rows are opened. Raises RefusedInWords, ImportedAlready, NotYours.
    """
    register = BY_KIND[kind]
    if deed.by.role not in register.openers:
        raise NotYours(_NOT_YOURS)
    report = named(session, settings, register, rehearse(register, file))
    if not report.sound:
        raise RefusedInWords(_NONE_SOUND)
    if all_or_none and report.refused:
        raise RefusedInWords(_ONE_WRONG, n=report.refused)
    lines: list[Line] = []
    for line in report.lines:
        if line.why is None:
            ticket = _open(session, settings, kind, line, report.sha256, deed)
            if not any(one.number for one in lines):
                _require_new(session, ticket, report.sha256, deed)
            lines.append(replace(line, number=ticket.number))
        else:
            lines.append(line)
    _record(session, file, report, deed)
    return replace(report, lines=tuple(lines))


def _open(
    session: Session,
    settings: Settings,
    kind: Kind,
    line: Line,
    sha256: str,
    deed: Deed,
) -> Ticket:
    opening = Opening(
        values=line.values,
        began_at=line.began_at,
        detail={"import": sha256, "row": line.row},
    )
    return work_tickets.open_ticket(session, settings, kind, opening, deed)


def _require_new(session: Session, first: Ticket, sha256: str, deed: Deed) -> None:
    """Refuse a file that was imported a moment ago: a second click, a second tab.

    The first number was taken by now, so that two at the same time see each other.
    """
    query = (
        select(Ticket.number)
        .join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
        .where(
            Ticket.kind == first.kind,
            Ticket.opened_at >= deed.at - _AGAIN,
            Ticket.id != first.id,
            TicketEvent.what == What.OPENED,
            TicketEvent.detail["import"].as_string() == sha256,
        )
        .limit(1)
    )
    former = session.scalar(query)
    if former is not None:
        raise ImportedAlready(_ALREADY, number=former)


def _columns(
    register: Register, head: Sequence[str]
) -> tuple[dict[int, Field], tuple[str, ...]]:
    """Return which field each column holds, and the heads nobody knows."""
    known = {
        _key(spelling): one
        for one in heads(register)
        for spelling in (one.name, one.label.zh, one.label.en)
    }
    columns: dict[int, Field] = {}
    unknown: list[str] = []
    for at, cell in enumerate(head):
        found = known.get(_key(cell))
        if found is not None and found not in columns.values():
            columns[at] = found
        elif cell:
            unknown.append(cell[:40])
    return columns, tuple(unknown)


def _line(
    register: Register,
    columns: Mapping[int, Field],
    number: int,
    row: Sequence[str],
    zone: tzinfo,
) -> Line:
    cells = {
        one.name: _spelled(one, row[at])
        for at, one in columns.items()
        if at < len(row) and row[at]
    }
    title = cells.get("title", "")
    shown = " ".join(title.split())[:80]
    if not title:
        return Line(row=number, title="", why=_NO_TITLE)
    try:
        began = _began(cells.pop("began_at", ""), zone)
        values = read(register, cells, zone)
    except Mistaken as mistaken:
        return Line(row=number, title=shown, why=_joined(mistaken))
    return Line(row=number, title=shown, values=values, began_at=began)


def _began(cell: str, zone: tzinfo) -> datetime | None:
    if not cell:
        return None
    try:
        return datetime.fromisoformat(typed(BEGAN, cell, zone))
    except ValueError as error:
        (reason,) = error.args
        raise Mistaken(
            {BEGAN.name: _BEGAN_WRONG.fill(zh=reason.zh, en=reason.en)}
        ) from error


def _spelled(one: Field, cell: str) -> str:
    """Return a cell as a form would send it: a choice may be given by its label."""
    if one.shape is Shape.CHOICE:
        for value, label in one.choices:
            if _key(cell) in (_key(value), _key(label.zh), _key(label.en)):
                return value
    if one.shape is Shape.YES_NO:
        return {**dict.fromkeys(_YES, "yes"), **dict.fromkeys(_NO, "no")}.get(
            _key(cell), cell
        )
    return cell


def _joined(mistaken: Mistaken) -> Words:
    every = mistaken.fields.values()
    return Words("".join(w.zh for w in every), " ".join(w.en for w in every))


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


def _record(session: Session, file: File, report: Report, deed: Deed) -> None:
    audit.write(
        session,
        actor=deed.by.username,
        action="tickets.imported",
        subject=file.name[-80:],
        at=deed.at,
        detail={
            "sha256": report.sha256,
            "opened": report.sound,
            "refused": report.refused,
        },
    )


_NOT_HERE = Words(
    "只有事件和服务请求可以从表格导入。没有任何改动。",
    "Only incidents and requests are imported from a sheet. Nothing was changed.",
)
_NOT_YOURS = Words(
    "你的角色不能在这个登记簿新建。没有任何改动。",
    "Your role does not open records of this register. Nothing was changed.",
)
_NO_TITLE_COLUMN = Words(
    "没有「标题」（Title）这一列，没有任何改动。第一行应为字段名称，中文或英文都可以。",
    "There is no column called Title (标题); nothing was changed. The first row names "
    "the fields, in Chinese or English.",
)
_TOO_MANY = Words(
    "一次最多导入 {most} 行，没有任何改动。请拆成几份再导入。",
    "At most {most} rows are imported at once; nothing was changed. Split the file.",
)
_NOTHING = Words(
    "除了字段名称没有别的行，没有任何改动。",
    "There is no row but the one of field names; nothing was changed.",
)
_NONE_SOUND = Words(
    "没有一行可以导入，没有任何改动。请按每行的原因修改后再试。",
    "No row can be imported; nothing was changed. Correct what each row says.",
)
_ONE_WRONG = Words(
    "有 {n} 行不能导入，按「全部或全不」的选择，没有任何改动。请修改后再试，或只导入没有错的行。",
    "{n} rows cannot be imported and all-or-none was chosen: nothing was changed. "
    "Correct them, or choose to import the sound rows.",
)
_ALREADY = Words(
    "这个文件在一天内已经导入过（{number} 等），没有重复导入。如果确实还要导入，请改动文件内容。",
    "This file was imported within a day ({number} and others); it was not imported "
    "again. If it really should be, change something in it.",
)
_NO_TITLE = Words("没有标题。", "There is no title.")
_BEGAN_WRONG = Words("「最早发现时间」{zh}", "First seen at: {en}")
