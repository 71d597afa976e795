"""The database goes away in the middle of a round, and the round is finished after."""

from __future__ import annotations

import threading
from pathlib import Path

import time_machine
from sqlalchemy import select

from opsdesk.core.database import Database
from opsdesk.flows import keep_slots
from opsdesk.inspections.models import Round, Status
from tests.flows.conftest import Peer, desk_of
from tests.flows.test_keep_slots import local
from tests.lab.postgres import Postgres, away


def test_a_database_that_restarts_in_mid_round_delays_the_round_and_no_more(
    tmp_path: Path,
    postgres_server: Postgres,
    postgres_database: Database,
    peer: Peer,
) -> None:
    desk = desk_of(tmp_path, postgres_database, peer)
    name = postgres_database.engine.url.database
    assert name is not None
    outage = away(postgres_server, name)

    def go_away() -> None:
        outage.__enter__()

    peer.then = go_away
    seen = keep_slots.observe(local("22 07:59"))
    stop = threading.Event()
    with time_machine.travel(local("22 08:00:01"), tick=False):
        keep_slots.tick(desk, seen, stop=stop)
        assert [fall.times for fall in seen.fell.values()] == [1]
        outage.__exit__(None, None, None)
        peer.then = None
        for round_id in seen.fell:
            seen.fell[round_id] = keep_slots.Fall(1, 0.0)
        keep_slots.tick(desk, seen, stop=stop)
    with desk.database.reading() as session:
        row = session.scalars(select(Round)).one()
    assert (row.status, row.resumed) == (Status.JUDGED, 1)
