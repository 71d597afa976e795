"""The short form: a call becomes a record before the caller has hung up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.flows import work_tickets
from opsdesk.flows.registers import BY_KIND
from opsdesk.tickets.entering import Mistaken, read
from opsdesk.tickets.operations.opening import NotYours, Opening
from opsdesk.tickets.queries import lists
from opsdesk.tickets.queries.search import similar
from opsdesk.tickets.register import Register
from opsdesk.web import unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.forms import local_moment
from opsdesk.web.gate import go
from opsdesk.web.language import said
from opsdesk.web.tickets.blueprint import PATH, deed, register_at, screen
from opsdesk.web.tickets.entry import sent, shown
from probes.finding import Words

UNPROCESSABLE = 422


@screen.get(f"{PATH}/new")
@may(*READERS)
def new(path: str) -> str:
    """Offer the short form; the address may bring values along."""
    register = register_at(path)
    _require_opener(register)
    offered = {
        name: request.args[name] for name in register.short if name in request.args
    }
    return _form(path, register, offered)


@screen.post(f"{PATH}/new")
@may(*READERS)
def create(path: str) -> Response | tuple[str, int]:
    """Open a record; what cannot be taken is said beside it, nothing typed is lost."""
    register = register_at(path)
    typed = sent(register, register.short)
    settings = unit.desk().settings
    try:
        opening = Opening(
            values=read(register, typed, settings.desk.timezone),
            began_at=local_moment("began_at"),
        )
        ticket = work_tickets.open_ticket(
            unit.session(), settings, register.kind, opening, deed()
        )
    except Mistaken as mistaken:
        unit.roll_back()
        form = _form(
            path, register, typed, trouble=mistaken.fields, refused=said(mistaken)
        )
        return form, UNPROCESSABLE
    return go(f"{register.path}/{ticket.number}")


@screen.get("/similar")
@may(*READERS)
def alike() -> str:
    """Show tickets and articles that share words with a title being typed."""
    hits = similar(unit.session(), request.args.get("title", ""))
    known = lists.by_numbers(unit.session(), {hit.ref for hit in hits})
    return render_template(
        "tickets/_similar.html", hits=hits, known=known, registers=BY_KIND
    )


def _form(
    path: str,
    register: Register,
    typed: Mapping[str, Any],
    *,
    trouble: Mapping[str, Words] | None = None,
    refused: str = "",
) -> str:
    held = shown(register, None, typed, register.short)
    return render_template(
        "tickets/new.html",
        register=register,
        path=path,
        fields=[(register.fields[name], held[name]) for name in register.short],
        trouble=trouble or {},
        refused=refused,
        action=url_for("tickets.create", path=path),
        began_at=request.form.get("began_at", ""),
    )


def _require_opener(register: Register) -> None:
    if somebody().role not in register.openers:
        raise NotYours(
            Words(
                "你的角色不能在这个登记簿新建。没有任何改动。",
                "Your role does not open records of this register. Nothing was changed.",
            )
        )
