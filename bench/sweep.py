"""How long the desk takes to look at the clocks of many open tickets.

`python -m bench.sweep [TICKETS]`: on SQLite, in a folder that is gone afterwards. The
first sweep escalates every ticket, the second finds each due for a look and nothing to
say, the third finds nothing due: what the desk does every fifteen seconds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update

from opsdesk.core import audit, migrate
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.core.settings import load
from opsdesk.flows import keep_promises
from opsdesk.tickets.models import Kind, Ticket, TicketEvent, What

BEGAN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, a Monday
CONFIG = 'desk: {name: bench, data: "var"}\n'


def main(count: int) -> None:
    """Measure and say it."""
    audit.TRAIL.use(bytes(32))
    with tempfile.TemporaryDirectory(prefix="opsdesk-sweep-") as folder:
        desk = _desk(Path(folder))
        _fill(desk, count)
        for name, minutes in (("escalating", 35), ("looking", 36), ("idle", 37)):
            if name == "looking":
                _make_due(desk)
            began, used = time.perf_counter(), time.process_time()
            told = keep_promises.sweep(desk, at=BEGAN + timedelta(minutes=minutes))
            took, used = time.perf_counter() - began, time.process_time() - used
            said = f"{name}: {count} open, {told} told"
            sys.stdout.write(f"{said}, {took:.3f} s, of which CPU {used:.3f} s\n")
        desk.database.dispose()


def _desk(folder: Path) -> Desk:
    (folder / "var").mkdir(mode=0o700)
    path = folder / "config.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    url = f"sqlite:///{folder / 'desk.db'}"
    migrate.upgrade(url)
    return Desk(load(path, environ={}), Database(url), Store(folder / "files"))


def _fill(desk: Desk, count: int) -> None:
    """Add open incidents that nobody has answered yet, each due for a look."""
    rows = [
        {
            "number": f"INC-20261123-{n:06d}",
            "kind": Kind.INCIDENT,
            "state": "new",
            "is_open": True,
            "title": "导出超时",
            "opened_by": "bench",
            "opened_at": BEGAN,
            "began_at": BEGAN + timedelta(milliseconds=10 * n),
            "changed_at": BEGAN,
            "edited_by": "bench",
            "look_at": BEGAN,
            "sheet": {},
            "version": 1,
        }
        for n in range(1, count + 1)
    ]
    events = [
        {
            "ticket_id": n,
            "what": What.OPENED,
            "by": "bench",
            "at": BEGAN,
            "text": "",
            "detail": {},
        }
        for n in range(1, count + 1)
    ]
    with desk.database.unit() as session:
        session.execute(insert(Ticket), rows)
        session.execute(insert(TicketEvent), events)


def _make_due(desk: Desk) -> None:
    with desk.database.unit() as session:
        session.execute(update(Ticket).values(look_at=BEGAN))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
