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

    One device recorded by hand under the same name, or one whose server went by
    another name at the same address, is taken as the server's; of several none is, and
    the reconciliation says so. Give all configured servers: a name among them is not
    taken for an old one.
    """
    names = [one.name for one in servers]
    known = set(session.scalars(select(Item.server).where(Item.server != "")))
    codes = []
    for server in servers:
        if server.name in known:
            continue
        waiting = _waiting(session, server, names)
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


def _waiting(session: Session, server: Server, names: Sequence[str]) -> list[str]:
    """Return the devices that may be this server: of its name, or it was renamed.

    Renamed means: of its address, and standing for no configured server any more.
    """
    devices = select(Item.code).where(
        Item.type == Type.DEVICE, Item.state != State.SCRAPPED
    )
    by_hand = devices.where(Item.name == server.name, Item.server == "")
    renamed = devices.where(
        Item.address == server.address, Item.server != "", Item.server.not_in(names)
    )
    for query in (by_hand, renamed):
        found = list(session.scalars(query.order_by(Item.code)))
        if found:
            return found
    return []


def _of(server: Server) -> dict[str, Value | None]:
    return {
        "kind": server.kind.value,
        "address": server.address,
        "port": server.port if server.has_shell else None,
        "zone": server.zone or None,
        "note": server.note or None,
    }
