"""A process that opens tickets until it is killed, and says each number it was given.

python -m tests.faults.opening CONFIG DATABASE_URL KEY_IN_HEX [COUNT]
"""

from __future__ import annotations

import sys
from pathlib import Path

from opsdesk.core import audit, clock
from opsdesk.core.database import Database
from opsdesk.core.settings import load
from tests.factories.tickets import a_ticket


def main(config: str, url: str, key: str, count: str = "1000000") -> None:
    """Open tickets one by one; a number is said once its unit is committed."""
    settings = load(Path(config), environ={"OPS_PASSWORD": "not-a-secret"})
    audit.TRAIL.use(bytes.fromhex(key))
    database = Database(url)
    for _ in range(int(count)):
        with database.unit() as session:
            number = a_ticket(session, settings, at=clock.now()).number
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
