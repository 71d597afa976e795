"""What a move of a change, a release or a repair does beyond its own record.

The servers a change touches are inspected before and after it; versions of
configuration items move with the release that shipped them, and with nothing else; a
device's life follows its repair. Everything happens in the transaction of the move.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.item_types import BY_TYPE
from opsdesk.assets.models import CauseKind, Item, State
from opsdesk.assets.operations.items import move_state, move_version
from opsdesk.assets.operations.revisions import Cause
from opsdesk.assets.queries.items import by_codes
from opsdesk.core.settings import Settings
from opsdesk.flows import check_again
from opsdesk.tickets.models import Kind, Ticket, TicketItem
from opsdesk.tickets.register import Actor, value

UNDER_WAY = ("implementing", "observing", "deploying", "sent-out", "on-site")


def follow(
    session: Session,
    settings: Settings,
    ticket: Ticket,
    move: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Do what a move asks of the rounds and of the configuration library."""
    step = _FOLLOWS.get((ticket.kind, move))
    if step is not None:
        session.flush()
        step(session, settings, ticket, by, at)


def _inspect(when: check_again.When) -> Callable[..., None]:
    def ask(
        session: Session, settings: Settings, ticket: Ticket, by: Actor, at: datetime
    ) -> None:
        if check_again.servers_of(session, settings, ticket):
            check_again.request(session, settings, ticket.number, when, by=by, at=at)

    return ask


def _ship(field: str) -> Callable[..., None]:
    def move_versions(
        session: Session, _settings: Settings, ticket: Ticket, by: Actor, at: datetime
    ) -> None:
        version = value(ticket, field)
        for code in _versioned(session, ticket) if version else ():
            move_version(
                session,
                code,
                version,
                release=ticket.number,
                by=by.username,
                at=at,
            )

    return move_versions


def _versioned(session: Session, ticket: Ticket) -> list[str]:
    """Return the items of a ticket whose versions a release moves."""
    known = by_codes(session, list(value(ticket, "items") or ()))
    return [
        code
        for code, item in known.items()
        if any(field.by_release for field in BY_TYPE[item.type].fields)
    ]


def _live(state: State) -> Callable[..., None]:
    def move_on(
        session: Session, _settings: Settings, ticket: Ticket, by: Actor, at: datetime
    ) -> None:
        cause = Cause(kind=CauseKind.REPAIR, reference=ticket.number)
        known = by_codes(session, list(value(ticket, "items") or ()))
        for code, item in known.items():
            if item.state is not state:
                move_state(session, code, state, cause=cause, by=by.username, at=at)

    return move_on


_FOLLOWS: dict[tuple[Kind, str], Callable[..., None]] = {
    (Kind.CHANGE, "implement"): _inspect("before"),
    (Kind.CHANGE, "implement-first"): _inspect("before"),
    (Kind.CHANGE, "observe"): _inspect("after"),
    (Kind.CHANGE, "roll-back"): _inspect("after"),
    (Kind.RELEASE, "verify"): _ship("version_to"),
    (Kind.RELEASE, "roll-back"): _ship("version_from"),
    (Kind.REPAIR, "send"): _live(State.REPAIR),
    (Kind.REPAIR, "repair-here"): _live(State.REPAIR),
    (Kind.REPAIR, "accept"): _live(State.IN_USE),
    (Kind.REPAIR, "scrap"): _live(State.SCRAPPED),
}


def explains(session: Session) -> Callable[[str], str]:
    """Return what tells, for an item's code, which open change explains a drift of it.

    "" for none: then the drift is an unauthorised change.
    """
    query = (
        select(TicketItem.code, Ticket.number)
        .join(Ticket, Ticket.id == TicketItem.ticket_id)
        .where(
            Ticket.kind.in_([Kind.CHANGE, Kind.RELEASE, Kind.REPAIR]),
            Ticket.state.in_(UNDER_WAY),
        )
        .order_by(Ticket.id)
    )
    named: dict[str, str] = {row.code: row.number for row in session.execute(query)}
    servers = {
        item.code: item.server
        for item in session.scalars(select(Item).where(Item.server != ""))
    }

    def explained(code: str) -> str:
        return named.get(code) or named.get(servers.get(code, ""), "")

    return explained
