"""A ticket as the paper asks for it: every printed value by the keys of its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.queries.items import by_codes
from opsdesk.core.desk import is_demo
from opsdesk.core.settings import Settings
from opsdesk.flows import gather_change, keep_promises
from opsdesk.flows.registers import register_of
from opsdesk.people.models import Person
from opsdesk.tickets.models import (
    ApprovalRound,
    Attachment,
    Kind,
    Relation,
    Ticket,
    TicketEvent,
    TicketLink,
    What,
)
from opsdesk.tickets.operations import approving
from opsdesk.tickets.promises.explaining import stamp
from opsdesk.tickets.register import Field, Register, Shape, value
from reports.documents.forms.catalogue import FORMS
from reports.documents.forms.filling import Record, Ticked, Value, fill
from reports.documents.forms.layout import FormLayout
from reports.documents.parts import Frame
from reports.documents.record_form import Attachment as PrintedFile
from reports.documents.record_form import ClockLine, Given, RecordForm
from reports.documents.times import moment
from reports.documents.words import Text, Words

CODES = {
    "incident": "SJ",
    "problem": "WT",
    "request": "FW",
    "change": "BG",
    "release": "FB",
    "repair": "WX",
    "modification_plan": "XG",
}
"""The letters of each form's own number (WRY-BG-20261122-001)."""

_RECEIVED = {
    Kind.INCIDENT: ("received_by", "received_at"),
    Kind.PROBLEM: ("raised_by", "raised_at"),
    Kind.REQUEST: ("received_by", "received_at"),
    Kind.CHANGE: ("applied_by", "applied_at"),
    Kind.RELEASE: ("applied_by", "applied_at"),
    Kind.REPAIR: ("applied_by", "applied_at"),
}
_RELATIONS = {
    Relation.CAUSED_BY: (Words("起因于", "caused by"), Words("引起", "causes")),
    Relation.FIXED_BY: (Words("由其修复", "fixed by"), Words("修复", "fixes")),
    Relation.RELEASED_IN: (Words("随其发布", "released in"), Words("发布", "releases")),
    Relation.REPAIRED_BY: (Words("由其维修", "repaired by"), Words("维修", "repairs")),
    Relation.DUPLICATE_OF: (
        Words("重复于", "duplicate of"),
        Words("被重复", "duplicated by"),
    ),
    Relation.CONTINUES: (Words("接续", "continues"), Words("被接续", "continued by")),
    Relation.RELATES_TO: (Words("相关", "relates to"), Words("相关", "relates to")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One ticket, and what its paper is gathered from."""

    session: Session
    settings: Settings
    ticket: Ticket
    register: Register
    names: Mapping[str, str]

    @property
    def zone(self) -> str:
        return str(self.settings.desk.timezone)


def forms_of(ticket: Ticket) -> tuple[str, ...]:
    """Return the kinds of form that a ticket can be printed on."""
    if ticket.kind is Kind.INCIDENT and ticket.sheet.get("modification_plan"):
        return ("incident", "modification_plan")
    return (ticket.kind.value,)


def form_number(settings: Settings, ticket: Ticket, form: str) -> str:
    """Return the paper's own number, in the pattern of the contract's forms."""
    _prefix, day, place = ticket.number.split("-")
    return f"{settings.contract.form_prefix}-{CODES[form]}-{day}-{int(place):03d}"


def gather(
    session: Session, settings: Settings, ticket: Ticket, form: str, *, at: datetime
) -> RecordForm:
    """Return a ticket's form, filled in and without an issue."""
    case = _Case(
        session=session,
        settings=settings,
        ticket=ticket,
        register=register_of(ticket),
        names=_names(session),
    )
    layout = FORMS[form]
    record = Record(
        number=ticket.number,
        form_number=form_number(settings, ticket, form),
        frame=frame(settings),
        zone=case.zone,
        values={**_fields(case), **_more(case, at=at)},
        signatures=_signatures(case, layout),
        clocks=_clocks(case, at=at),
        attachments=_files(case),
        address=address(settings, case.register, ticket),
        demo=is_demo(settings),
        void=ticket.state == "void",
    )
    return fill(layout, record)


def frame(settings: Settings) -> Frame:
    """Return what every form carries in its head."""
    contract = settings.contract
    return Frame(
        project=contract.project or settings.desk.name,
        contract_number=contract.number,
        customer=contract.customer,
        contractor=contract.contractor,
        confidentiality=Words("内部", "Internal"),
    )


def address(settings: Settings, register: Register, ticket: Ticket) -> str:
    """Return the record's address in the desk, for the QR code."""
    desk = settings.desk
    host = desk.hosts[0] if desk.hosts else desk.listen
    scheme = "https" if desk.https else "http"
    return f"{scheme}://{host}{register.path}/{ticket.number}"


def _names(session: Session) -> Mapping[str, str]:
    rows = session.execute(select(Person.username, Person.name))
    return {row.username: row.name for row in rows}


def _fields(case: _Case) -> dict[str, Value]:
    found = {}
    for name, field in case.register.fields.items():
        held = value(case.ticket, name)
        if held is not None and held not in ("", []):
            found[name] = _printed(case, field, held)
    return found


def _printed(case: _Case, field: Field, held: Any) -> Value:
    def called(username: str) -> str:
        return case.names.get(username, username)

    printers: dict[Shape, Callable[[Any], Value]] = {
        Shape.CHOICES: lambda many: Ticked(chosen=tuple(many)),
        Shape.YES_NO: lambda yes: "yes" if yes else "no",
        Shape.NUMBER: lambda number: f"{number:g}",
        Shape.MOMENT: lambda at: moment(datetime.fromisoformat(at), case.zone),
        Shape.PERSON: called,
        Shape.PEOPLE: lambda many: "、".join(map(called, many)),
        Shape.ITEMS: lambda codes: _items(case, codes),
        Shape.ROWS: lambda rows: tuple(
            {name: str(cell or "") for name, cell in row.items()} for row in rows
        ),
    }
    return printers.get(field.shape, str)(held)


def _items(case: _Case, codes: Sequence[str]) -> tuple[Mapping[str, Text], ...]:
    known = by_codes(case.session, list(codes))
    rows = []
    for code in codes:
        item = known.get(code)
        version = str(item.fields.get("version") or "") if item else ""
        rows.append(
            {
                "code": code,
                "name": item.name if item and item.name != code else "",
                "version": version,
                "target": str(value(case.ticket, "version_to") or ""),
            }
        )
    return tuple(rows)


def _more(case: _Case, *, at: datetime) -> dict[str, Value]:
    """Return what stands on the paper but is no field of the register."""
    ticket, zone = case.ticket, case.zone
    by, when = _RECEIVED[ticket.kind]
    state = case.register.by_state[ticket.state].label
    found: dict[str, Value] = {
        by: case.names.get(ticket.opened_by, ticket.opened_by),
        when: moment(ticket.opened_at, zone),
        "applicant": case.names.get(ticket.opened_by, ticket.opened_by),
        "priority": ticket.priority,
        "state": Words(state.zh, state.en),
        "timeline": _timeline(case),
        "links": _links(case),
        "incident": ticket.number,
        "fault_kind": "complex" if ticket.is_complex else "ordinary",
    }
    if ticket.closed_at is not None:
        found["closed_at"] = moment(ticket.closed_at, zone)
    if ticket.kind is Kind.CHANGE:
        found.update(gather_change.more(case.session, ticket))
    found.update(_moves_at(case))
    found.update(_due(case, at=at))
    return found


def _moves_at(case: _Case) -> dict[str, Value]:
    query = (
        select(TicketEvent.move, TicketEvent.at)
        .where(
            TicketEvent.ticket_id == case.ticket.id,
            TicketEvent.move.in_(["respond", "submit"]),
        )
        .order_by(TicketEvent.id)
    )
    keys = {"respond": "response_at", "submit": "submitted_at"}
    return {
        keys[row.move]: moment(row.at, case.zone) for row in case.session.execute(query)
    }


def _due(case: _Case, *, at: datetime) -> dict[str, Value]:
    shown = keep_promises.shown(case.session, case.settings, case.ticket, at=at)
    due = [one.deadline for one in shown if one.name == "restored"]
    return {"due_at": moment(due[0], case.zone)} if due else {}


def _timeline(case: _Case) -> tuple[Mapping[str, Text], ...]:
    told = (What.OPENED, What.MOVED, What.NOTED, What.CHECKED, What.REPORTED)
    query = (
        select(TicketEvent)
        .where(TicketEvent.ticket_id == case.ticket.id, TicketEvent.what.in_(told))
        .order_by(TicketEvent.id)
    )
    return tuple(_told(case, event) for event in case.session.scalars(query))


def _told(case: _Case, event: TicketEvent) -> Mapping[str, Text]:
    move = case.register.move(event.move)
    action: Text = event.text
    if move is not None:
        zh, en = move.label
        action = Words(
            f"{zh}：{event.text}" if event.text else zh,
            f"{en}: {event.text}" if event.text else en,
        )
    when = moment(event.at, case.zone)
    if event.claimed_at is not None:
        claimed = moment(event.claimed_at, case.zone)
        when = f"{when}（自报 {claimed}）"
    return {"at": when, "by": case.names.get(event.by, event.by), "action": action}


def _links(case: _Case) -> tuple[Mapping[str, Text], ...]:
    mine = case.ticket.id
    query = (
        select(TicketLink, Ticket)
        .join(
            Ticket,
            ((TicketLink.from_id == mine) & (Ticket.id == TicketLink.to_id))
            | ((TicketLink.to_id == mine) & (Ticket.id == TicketLink.from_id)),
        )
        .where(TicketLink.ended_at.is_(None))
        .order_by(TicketLink.id)
    )
    return tuple(
        {
            "number": other.number,
            "relation": _RELATIONS[link.relation][link.from_id != mine],
            "title": other.title,
            "state": Words(*register_of(other).by_state[other.state].label),
        }
        for link, other in case.session.execute(query)
    )


def _clocks(case: _Case, *, at: datetime) -> tuple[ClockLine, ...]:
    shown = keep_promises.shown(case.session, case.settings, case.ticket, at=at)
    return tuple(
        ClockLine(
            label=Words(*one.label),
            due=_until(case, one) if one.state != "unknown" else "",
            actual=moment(one.met_at, case.zone) if one.met_at else "",
            result=Words(*one.sentence),
            explanation=tuple(Words(*words) for words in one.explanation),
        )
        for one in shown
    )


def _until(case: _Case, one: keep_promises.Shown) -> str:
    return stamp(case.settings.desk.timezone, one.deadline)


def _files(case: _Case) -> tuple[PrintedFile, ...]:
    query = (
        select(Attachment)
        .where(
            Attachment.ticket_id == case.ticket.id, Attachment.withdrawn_at.is_(None)
        )
        .order_by(Attachment.id)
    )
    return tuple(
        PrintedFile(name=one.name, size=_size(one.size), sha256=one.sha256)
        for one in case.session.scalars(query)
    )


def _size(size: int) -> str:
    kib = 1024
    return f"{size} B" if size < kib else f"{size / kib:,.0f} KiB"


def _signatures(case: _Case, layout: FormLayout) -> dict[str, Given]:
    """Return the signatures that the desk holds, by the boxes of the form.

    A modification plan has no approval in the desk: its boxes are signed with a pen.
    """
    asked = approving.latest(case.session, case.ticket)
    if asked is None or layout.kind == "modification_plan":
        return {}
    return {
        box: given
        for step in approving.steps(case.session, asked)
        if step.at is not None and (box := step.role or "lead")
        for given in [_given(case, asked, step)]
    }


def _given(case: _Case, asked: ApprovalRound, step: Any) -> Given:
    instead = case.names.get(step.instead_of, step.instead_of)
    void = Words("已失效：内容有改动", "void: the content was changed")
    return Given(
        name=case.names.get(step.by, step.by),
        at=step.at,
        decision="agreed" if step.agreed else "refused",
        opinion=void if asked.outcome == approving.VOID else step.opinion,
        acting_for=instead,
        snapshot_sha256=asked.sha256,
    )
