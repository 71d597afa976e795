"""Changing a record's fields; where somebody else was quicker, both sides are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.flows import work_tickets
from opsdesk.people.queries import names
from opsdesk.tickets.entering import Mistaken, read
from opsdesk.tickets.models import Ticket
from opsdesk.tickets.operations.editing import Edition, require_open_to_edits
from opsdesk.tickets.operations.holding import Overtaken
from opsdesk.tickets.operations.noting import Note
from opsdesk.tickets.queries import page as queries
from opsdesk.tickets.register import Register, value
from opsdesk.web import unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.language import said
from opsdesk.web.tickets.blueprint import ONE, deed, register_at, screen, ticket_at
from opsdesk.web.tickets.entry import as_input, sent, shown
from probes.finding import Words

CONFLICT, UNPROCESSABLE = 409, 422


@screen.get(f"{ONE}/edit")
@may(*READERS)
def edit(path: str, number: str) -> str:
    """Offer every field a person fills."""
    ticket = ticket_at(path, number)
    require_open_to_edits(register_at(path), ticket, somebody())
    return _form(path, ticket, {})


@screen.post(f"{ONE}/edit")
@may(*READERS)
def save(path: str, number: str) -> Response | tuple[str, int]:
    """Save the fields, or say what cannot be taken; a former version overwrites nothing."""
    register = register_at(path)
    typed = sent(register, _by_hand(register))
    settings = unit.desk().settings
    ticket_at(path, number)
    try:
        edition = Edition(
            values=read(register, typed, settings.desk.timezone),
            version=request.form.get("version", type=int) or 0,
        )
        work_tickets.edit(unit.session(), settings, number, edition, deed())
    except Mistaken as mistaken:
        unit.roll_back()
        ticket = ticket_at(path, number)
        form = _form(path, ticket, typed, trouble=mistaken.fields, why=said(mistaken))
        return form, UNPROCESSABLE
    except Overtaken as overtaken:
        unit.roll_back()
        return _both_sides(path, number, typed, overtaken), CONFLICT
    _merge_note(number)
    flash(_("已保存。"))
    return go(f"{register.path}/{number}")


@screen.post(f"{ONE}/merge")
@may(*READERS)
def merge(path: str, number: str) -> Response:
    """Keep what stands, and add one's own words as a note."""
    ticket_at(path, number)
    _merge_note(number)
    flash(_("对方的内容保持不变，你的话已记入时间线。"))
    return go(f"{register_at(path).path}/{number}")


def _merge_note(number: str) -> None:
    text = request.form.get("note", "").strip()
    if text:
        work_tickets.note(
            unit.session(), unit.desk().settings, number, Note(text=text), deed()
        )


def _by_hand(register: Register) -> list[str]:
    return [name for name, field in register.fields.items() if field.by_hand]


def _form(
    path: str,
    ticket: Ticket,
    typed: Mapping[str, Any],
    *,
    trouble: Mapping[str, Words] | None = None,
    why: str = "",
) -> str:
    register = register_at(path)
    return render_template(
        "tickets/edit.html",
        register=register,
        path=path,
        ticket=ticket,
        held=shown(register, ticket, typed, _by_hand(register)),
        trouble=trouble or {},
        refused=why,
    )


def _both_sides(
    path: str, number: str, typed: Mapping[str, Any], overtaken: Overtaken
) -> str:
    """Show who changed what since, beside what one typed."""
    register = register_at(path)
    ticket = ticket_at(path, number)
    differing = [
        (
            register.fields[name],
            as_input(register.fields[name], value(ticket, name)),
            new,
        )
        for name, new in typed.items()
        if not _same(as_input(register.fields[name], value(ticket, name)), new)
    ]
    return render_template(
        "tickets/conflict.html",
        register=register,
        path=path,
        ticket=ticket,
        typed=typed,
        differing=differing,
        seen=overtaken.seen,
        since=_since(ticket, overtaken.seen),
        names=names(unit.session()),
        sentence=said(overtaken),
        note=request.form.get("note", ""),
    )


def _same(stands: Any, typed: Any) -> bool:
    if isinstance(stands, list):
        kept = [row for row in stands if any(row.values())]
        mine = [row for row in typed if any(row.values())]
        return [{k: v or "" for k, v in row.items()} for row in kept] == mine
    return str(stands).strip() == str(typed).replace("\r\n", "\n").strip()


def _since(ticket: Ticket, seen: int) -> list[Any]:
    """Return what happened since the version that was seen."""
    later = max(1, ticket.version - seen)
    return list(queries.timeline(unit.session(), ticket))[-later:]
