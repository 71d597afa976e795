"""The configured servers become device items, once each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.fields import Value
from opsdesk.assets.models import CauseKind, Item, State, Type
from opsdesk.assets.operations.items import Draft, create, revise
from opsdesk.assets.operations.revisions import Cause
from probes.server import Server

CONFIGURED = Cause(kind=CauseKind.IMPORT, reference="config.yaml")


def enrol(
    session: Session, servers: Sequence[Server], *, by: str, at: datetime
) -> list[str]:
    """Let an item stand for every server; returns the codes that were not before.

    One device recorded by hand under the same name is taken as the server's; of
    several none is, and the reconciliation says so.
    """
    known = set(session.scalars(select(Item.server).where(Item.server != "")))
    codes = []
    for server in servers:
        if server.name in known:
            continue
        waiting = _recorded_by_hand(session, server.name)
        if not waiting:
            draft = Draft(
                type=Type.DEVICE,
                name=server.name,
                server=server.name,
                fields=_of(server),
            )
            codes.append(create(session, draft, cause=CONFIGURED, by=by, at=at).code)
        elif len(waiting) == 1:
            taken = {"server": server.name}
            revise(session, waiting[0], taken, cause=CONFIGURED, by=by, at=at)
            codes.append(waiting[0])
    return codes


def _recorded_by_hand(session: Session, name: str) -> list[str]:
    """Return the devices of a server's name that stand for no server yet."""
    query = (
        select(Item.code)
        .where(Item.type == Type.DEVICE, Item.name == name, Item.server == "")
        .where(Item.state != State.SCRAPPED)
        .order_by(Item.code)
    )
    return list(session.scalars(query))


def _of(server: Server) -> dict[str, Value | None]:
    return {
        "kind": server.kind.value,
        "address": server.address,
        "port": server.port if server.has_shell else None,
        "zone": server.zone or None,
        "note": server.note or None,
    }
