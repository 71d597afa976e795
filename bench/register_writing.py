"""What writing costs: a ticket opened with its audit, and the sweep over the clocks."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import delete, insert, select, update

from bench.register_seed import WORDS, seed, ticket
from bench.register_store import Place, empty
from bench.register_wsgi import written_through
from opsdesk.core import clock, migrate
from opsdesk.core.desk import Desk, open_desk
from opsdesk.core.settings import Settings
from opsdesk.flows import keep_promises, work_tickets
from opsdesk.flows.work_tickets import Deed
from opsdesk.people.models import Person
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.operations.opening import Opening

ROUNDS, CREATED, OPEN = 5, 40, 5_000
_BARE = "BARE-"


def create(place: Place) -> dict[str, Any]:
    """Return CPU milliseconds of a ticket opened with audit, and of a bare insert."""
    rounds: dict[str, list[float]] = {"opened": [], "bare": []}
    _open(place, -1)
    _insert(place, -1)
    for turn in range(ROUNDS):
        for name, do in (("opened", _open), ("bare", _insert)):
            took = [_cpu(do, place, turn * CREATED + n) for n in range(CREATED)]
            rounds[name].append(statistics.median(took))
    with place.database.unit() as session:
        session.execute(delete(Ticket).where(Ticket.number.startswith(_BARE)))
    return {name: _spread(taken) for name, taken in rounds.items()}


def _spread(taken: list[float]) -> dict[str, float]:
    return {"ms": statistics.median(taken), "least": min(taken), "most": max(taken)}


def _cpu(do: Callable[[Place, int], None], place: Place, n: int) -> float:
    began = process_time()
    do(place, n)
    return (process_time() - began) * 1000


def _open(place: Place, n: int) -> None:
    values = {"title": f"{WORDS[n % len(WORDS)]}，新 {n}", "description": WORDS[0] * 5}
    with place.database.unit() as session:
        actor = session.scalars(select(Person).limit(1)).one()
        opening, deed = Opening(values=values), Deed(by=actor, at=clock.now())
        work_tickets.open_ticket(session, place.settings, Kind.INCIDENT, opening, deed)


def _insert(place: Place, n: int) -> None:
    row = {**ticket(n), "number": f"{_BARE}{n}"}
    del row["id"]
    with place.database.unit() as session:
        session.execute(insert(Ticket).values(**row))


def sweep(place: Place) -> dict[str, Any]:
    """Return the seconds one sweep over 5,000 open tickets takes: news, then none."""
    taken: dict[str, list[float]] = {}
    counted = 0
    for _ in range(ROUNDS):
        with (
            tempfile.TemporaryDirectory(prefix="opsdesk-sweep-") as made,
            empty(place, Path(made) / "desk") as settings,
        ):
            desk = _all_open(settings)
            first, counted = _swept(desk)
            again, _none = _swept(desk)
            for name, seconds in {"first": first, "again": again}.items():
                for kind, value in seconds.items():
                    taken.setdefault(f"{name}_{kind}_s", []).append(value)
            desk.database.dispose()
    spread = {name: _range(values) for name, values in taken.items()}
    return {"open": OPEN, "told": counted, **spread}


def _all_open(settings: Settings) -> Desk:
    """Return a desk of so many open tickets whose clocks have all reached a mark."""
    migrate.upgrade(settings.database_url)
    desk = open_desk(settings)
    written_through(desk.database)
    seed(desk.database, OPEN)
    with desk.database.unit() as session:
        awake = {"state": "working", "is_open": True, "closed_at": None}
        session.execute(update(Ticket).values(**awake, look_at=Ticket.opened_at))
    return desk


def _swept(desk: Desk) -> tuple[dict[str, float], int]:
    """Sweep once; every ticket is due to be looked at."""
    with desk.database.unit() as session:
        session.execute(update(Ticket).values(look_at=Ticket.opened_at))
    began, used = perf_counter(), process_time()
    told = keep_promises.sweep(desk, at=clock.now())
    return {"wall": perf_counter() - began, "cpu": process_time() - used}, told


def _range(seconds: list[float]) -> dict[str, float]:
    middle = statistics.median(seconds)
    return {"median": middle, "least": min(seconds), "most": max(seconds)}
