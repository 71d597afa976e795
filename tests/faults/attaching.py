"""A process that attaches a file to a ticket while its disk has no room.

python -m tests.faults.attaching STORE DATABASE_URL KEY_IN_HEX NUMBER
"""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

from opsdesk.core import audit
from opsdesk.core.database import Database
from opsdesk.core.files import Store, StoreFull
from opsdesk.flows import work_tickets
from opsdesk.flows.work_tickets import Deed
from opsdesk.tickets.operations import noting
from tests.factories.people import NOON
from tests.factories.tickets import ENGINEER

CONTENT = b"x" * 100_000


def main(root: str, url: str, key: str, number: str) -> None:
    """Say what became of it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    audit.TRAIL.use(bytes.fromhex(key))
    database = Database(url)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        sha256 = Store(Path(root)).put(CONTENT)
        file = noting.File(
            name="a", media_type="text/plain", size=len(CONTENT), sha256=sha256
        )
        with database.unit() as session:
            work_tickets.attach(session, number, file, Deed(by=ENGINEER, at=NOON))
    except StoreFull as full:
        sys.stdout.write(full.words.en)


if __name__ == "__main__":
    main(*sys.argv[1:])
