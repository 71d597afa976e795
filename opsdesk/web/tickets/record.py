"""One record, one page: what it is, what to do next, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import g, render_template

from opsdesk.changes import risk
from opsdesk.changes.queries import collisions
from opsdesk.flows import check_again, gather_form, keep_promises
from opsdesk.flows.registers import BY_KIND
from opsdesk.flows.telling_of_approvals import is_turn_of
from opsdesk.people.queries import names
from opsdesk.responses.queries import lists as runs
from opsdesk.tickets.models import Kind, Relation, Ticket
from opsdesk.tickets.queries import page as queries
from opsdesk.tickets.register import Move, Register, filled
from opsdesk.web import papers, unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.tickets import graph
from opsdesk.web.tickets.blueprint import ONE, register_at, screen, ticket_at
from opsdesk.web.tickets.entry import shown
from opsdesk.web.tickets.files import MOST_BYTES
from opsdesk.web.tickets.wording import RELATIONS, WHAT
from reports.documents.forms.catalogue import FORMS


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """A step that was refused: which, why, and what was typed."""

    step: str = ""
    refused: str = ""
    trouble: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)


@screen.get(ONE)
@may(*READERS)
def page(path: str, number: str) -> str:
    """Show a record."""
    return shown_page(path, ticket_at(path, number))


def shown_page(path: str, ticket: Ticket, after: After | None = None) -> str:
    """Return a record's page; after a refused step with what was typed, and why."""
    after = after or After()
    register, session = register_at(path), unit.session()
    moves = register.moves_from(ticket, somebody().role)
    return render_template(
        "tickets/record.html",
        register=register,
        path=path,
        ticket=ticket,
        state=register.by_state[ticket.state],
        steps=[(one, _asked(register, ticket, one, after.typed)) for one in moves],
        trouble=after.trouble,
        refused=after.refused,
        at_move=after.step,
        typed=after.typed,
        can_edit=_can_edit(register, ticket),
        most_bytes=MOST_BYTES,
        names=names(session),
        risk=risk.of(ticket.sheet) if ticket.kind is Kind.CHANGE else None,
        **_around(ticket),
        **_paper(ticket),
    )


def _around(ticket: Ticket) -> dict[str, Any]:
    """Return what happened to a ticket and what gathers around it."""
    session, settings = unit.session(), unit.desk().settings
    chain = queries.chain(session, ticket)
    approvals = queries.approvals(session, ticket)
    events = queries.timeline(session, ticket)
    moves = queries.moves_in(events)
    return {
        "clocks": keep_promises.shown(session, settings, ticket, at=g.at, moves=moves),
        "events": events,
        "files": queries.attachments(session, ticket),
        "approvals": approvals,
        "my_turn": _my_turn(approvals),
        "chain": chain,
        "drawing": graph.draw(chain, ticket.number),
        "registers": BY_KIND,
        "relations": RELATIONS,
        "relation_choices": list(Relation),
        "what_words": WHAT,
        "servers": check_again.servers_of(session, settings, ticket),
        "collisions": collisions(session, ticket),
        "responses_of": (
            runs.of_incident(session, ticket.id) if ticket.kind is Kind.INCIDENT else ()
        ),
    }


def _paper(ticket: Ticket) -> dict[str, Any]:
    return {
        "papers": papers.addresses(ticket),
        "issued": papers.issued_of(ticket),
        "form_titles": {one: FORMS[one].title for one in gather_form.CODES},
    }


def _asked(
    register: Register, ticket: Ticket, move: Move, typed: Mapping[str, Any]
) -> list[tuple[Any, Any, bool]]:
    """Return the fields a step asks for, with what their inputs hold."""
    needed = [name for name in move.needs if not filled(ticket, name) or name in typed]
    names_asked = list(dict.fromkeys([*needed, *move.asks]))
    held = shown(register, ticket, typed, names_asked)
    return [
        (register.fields[name], held[name], name in move.needs)
        for name in names_asked
        if register.fields[name].by_hand
    ]


def _can_edit(register: Register, ticket: Ticket) -> bool:
    state = register.by_state[ticket.state]
    return (
        state.is_open
        and ticket.state not in register.locked
        and somebody().role in register.openers
    )


def _my_turn(approvals: list[Any]) -> int | None:
    """Return the asking whose next signature is the reader's; None for no such."""
    if not approvals or approvals[0][0].outcome is not None:
        return None
    asked = approvals[0][0]
    mine = is_turn_of(unit.session(), asked, somebody().username, at=g.at)
    return int(asked.id) if mine else None
