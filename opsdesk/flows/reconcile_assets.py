"""Where inspections and the configuration library meet, after every round.

Servers of config.yaml become device items; what a round saw of them is compared with
what is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opsdesk.assets import operations
from opsdesk.assets.fields import LONGEST, FieldKind, Value
from opsdesk.assets.models import Reconciliation
from opsdesk.assets.operations.reconciling import (
    Explained,
    Occasion,
    Sighting,
    living_devices,
    match,
    would_vanish,
)
from opsdesk.assets.queries.items import enrolled
from opsdesk.core.desk import Desk
from opsdesk.core.text import one_line, storable
from opsdesk.inspections.facts import dig, number, rows
from opsdesk.inspections.models import Slot
from opsdesk.inspections.queries import rounds
from probes.catalogue.ports import Listener
from probes.server import Server

BY = "scheduler"
_GIB_KIB = 1 << 20
_FEW_GIB = 10


def unexplained(_code: str) -> str:
    """Return that no change explains anything: the desk before its registers."""
    return ""


def after_round(
    desk: Desk, round_number: str, *, at: datetime, explained: Explained = unexplained
) -> Reconciliation:
    """Enrol new servers and compare a judged round, in a unit of its own."""
    with desk.database.unit() as unit:
        return reconcile(
            unit,
            round_number,
            servers=desk.settings.servers,
            explained=explained,
            at=at,
        )


def enrol(
    session: Session, servers: Sequence[Server], *, by: str, at: datetime
) -> list[str]:
    """Let an item stand for every configured server; returns the codes of the new."""
    return operations.enrol(session, servers, by=by, at=at)


def not_enrolled(session: Session, servers: Sequence[Server]) -> list[str]:
    """Return the configured servers that no item stands for."""
    known = enrolled(session)
    return [server.name for server in servers if server.name not in known]


def reconcile(
    session: Session,
    round_number: str,
    *,
    explained: Explained = unexplained,
    at: datetime,
    servers: Sequence[Server] = (),
) -> Reconciliation:
    """Compare a round with the library; see `assets.operations.reconciling`.

    `explained` says which change touches an item now ("" for none). Servers given are
    enrolled first, unless the round and the library have next to nothing in common.
    """
    view = rounds.by_number(session, round_number)
    facts = rounds.facts_of_round(session, view.id)
    sightings = [
        Sighting(
            name=visit.server,
            address=visit.address,
            values=values_of(facts.get(visit.id, {})),
        )
        for visit in view.visits
    ]
    whole = view.slot != Slot.ADHOC.value
    items = living_devices(session)
    found = match(items, sightings)
    if not would_vanish(items, sightings, found, whole=whole):
        enrol(session, servers, by=BY, at=at)
    occasion = Occasion(round=round_number, whole=whole, at=at, by=BY)
    return operations.reconcile(session, sightings, occasion, explained=explained)


def values_of(facts: Mapping[str, Any]) -> dict[str, Value | None]:
    """Return what a visit's facts say of an item's fields; None: not obtained."""
    read = facts.get("facts", {})
    identity, memory = read.get("identity"), number(read.get("memory"), "total_kib")
    cores = number(identity, "cores") or number(read.get("load"), "cores")
    return {
        "os": _said(identity, "os"),
        "kernel": _said(identity, "kernel"),
        "cores": None if cores is None else int(cores),
        "memory_mib": None if memory is None else round(memory / 1024),
        "disks": _disks(read.get("filesystems")),
        "listening": _listening(read.get("ports")),
        "accounts": _accounts(read.get("drift")),
    }


def _said(facts: Any, name: str) -> str | None:
    value = dig(facts, name)
    return _clean(value) or None if isinstance(value, str) else None


def _clean(text: str) -> str:
    """Return what a machine said as every database takes it and a form gives it back."""
    shown = " ".join(one_line(storable(text)).replace(";", ",").split())
    return shown[: LONGEST[FieldKind.TEXT]]


def _disks(facts: Any) -> list[str] | None:
    """Return local file systems as "/data xfs 1023 GiB"; how full they are is no item's."""
    found = [
        _clean(f"{row.get('mount')} {row.get('type') or '?'} {_size(kib)}")
        for row in rows(facts)
        if not row.get("remote") and (kib := number(row, "size_kib")) is not None
    ]
    return sorted(set(found)) or None


def _size(kib: float) -> str:
    gib = kib / _GIB_KIB
    return f"{gib:.1f} GiB" if gib < _FEW_GIB else f"{gib:.0f} GiB"


def _listening(facts: Any) -> list[str] | None:
    """Return the ports others can reach, without those that clients borrow."""
    listeners = [
        Listener(
            protocol=_clean(str(row.get("protocol"))),
            address=str(row.get("address")),
            port=int(port),
        )
        for row in rows(dig(facts, "listening"))
        if (port := number(row, "port")) is not None
    ]
    kept = {
        (one.protocol, one.port) for one in listeners if one.exposed and one.lasting
    }
    return [f"{protocol}/{port}" for protocol, port in sorted(kept)] or None


def _accounts(facts: Any) -> list[str] | None:
    """Return accounts as "name (uid, shell)"; none told means not obtained."""
    lines = dig(facts, "accounts")
    if not isinstance(lines, list | tuple) or not lines:
        return None
    return sorted({_clean(_account(str(line))) for line in lines})


def _account(line: str) -> str:
    name, _, rest = line.partition(":")
    uid, _, more = rest.partition(":")
    shell = more.rpartition(":")[2]
    return f"{name} ({uid}, {shell})"
