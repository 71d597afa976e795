"""One cell of a list, changed where it stands; without script there is the edit page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from opsdesk.core.errors import Forbidden, NotFound, Refused
from opsdesk.flows import work_tickets
from opsdesk.people.queries import names
from opsdesk.people.roster.queries import colleagues
from opsdesk.tickets.entering import Mistaken, read
from opsdesk.tickets.models import Ticket
from opsdesk.tickets.operations.editing import Edition, require_open_to_edits
from opsdesk.tickets.queries import lists
from opsdesk.tickets.register import Register
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, may, somebody
from opsdesk.web.gate import go, is_htmx
from opsdesk.web.language import said
from opsdesk.web.tickets.blueprint import ONE, deed, register_at, screen, ticket_at
from opsdesk.web.tickets.entry import sent, shown

# A column of the list, and the fields that are changed in it.
CELLS: Mapping[str, Sequence[str]] = {
    "title": ("title",),
    "priority": ("impact", "urgency"),
    "module": ("module",),
    "owner": ("owner",),
}
CONFLICT, UNPROCESSABLE = 409, 422


@screen.get(f"{ONE}/cells/<cell>")
@may(*BUSINESS)
def open_cell(path: str, number: str, cell: str) -> str | Response:
    """Offer the fields of one column of one record."""
    register, ticket = register_at(path), ticket_at(path, number)
    if not is_htmx():
        return go(f"{register.path}/{number}/edit")
    require_open_to_edits(register, ticket, somebody())
    return _form(path, ticket, cell, {})


@screen.post(f"{ONE}/cells/<cell>")
@may(*BUSINESS)
def save_cell(path: str, number: str, cell: str) -> Response | str | tuple[str, int]:
    """Save them; what cannot be taken, or was changed meanwhile, is told in the cell."""
    register = register_at(path)
    ticket_at(path, number)
    if not is_htmx():
        return go(f"{register.path}/{number}/edit")
    typed = sent(register, fields_of(register, cell))
    settings = unit.desk().settings
    try:
        edition = Edition(
            values=read(register, typed, settings.desk.timezone),
            version=request.form.get("version", type=int) or 0,
        )
        work_tickets.edit(unit.session(), settings, number, edition, deed())
    except (Forbidden, NotFound):
        raise
    except Refused as refusal:
        unit.roll_back()
        form = _form(path, ticket_at(path, number), cell, typed, why=said(refusal))
        return form, UNPROCESSABLE if isinstance(refusal, Mistaken) else CONFLICT
    return _standing(register, number, cell)


def fields_of(register: Register, cell: str) -> list[str]:
    """Return the fields of a column. Raises NotFound where the register has none."""
    fields = [name for name in CELLS.get(cell, ()) if name in register.fields]
    if not fields:
        raise NotFound("列表里没有这一栏。")
    return fields


def _standing(register: Register, number: str, cell: str) -> str:
    session = unit.session()
    return render_template(
        "tickets/_cell.html",
        register=register,
        row=lists.by_numbers(session, [number])[number],
        cell=cell,
        names=names(session),
    )


def _form(
    path: str,
    ticket: Ticket,
    cell: str,
    typed: Mapping[str, Any],
    *,
    why: str = "",
) -> str:
    register = register_at(path)
    fields = fields_of(register, cell)
    return render_template(
        "tickets/_cell_form.html",
        register=register,
        ticket=ticket,
        cell=cell,
        fields=[register.fields[name] for name in fields],
        held=shown(register, ticket, typed, fields),
        team=colleagues(unit.session()),
        refused=why,
    )
