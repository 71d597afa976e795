"""A process in which people tick steps, one unit after another, until it is killed.

python -m tests.faults.ticking CONFIG

Says the run's number, then the key of each step once its unit has been committed.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

from opsdesk.core import audit, clock
from opsdesk.core.desk import open_desk
from opsdesk.core.settings import load
from opsdesk.people.models import Role
from opsdesk.responses.operations import opening, stepping
from opsdesk.responses.operations.stepping import Tick
from runbooks.plan import Level
from tests.factories.people import a_person
from tests.flows.a_plan import a_plan, approval, manual

STEPS = 400


def main(config: str) -> None:
    """Declare, ask for an approval, and tick until somebody ends it."""
    settings = load(Path(config), environ=os.environ)
    audit.use_key(settings.desk.data / "keys" / "audit.key")
    desk = open_desk(settings)
    keys = [f"step-{number}" for number in range(STEPS)]
    plan = a_plan(approval("allow", timedelta(hours=1)), *map(manual, keys))
    with desk.database.unit() as session:
        lead = a_person(session, "commander", Role.LEAD)
        what = opening.Emergency(plan=plan, level=Level.THREE)
        at = clock.now()
        number = opening.declare(session, settings, what, by=lead, at=at).number
        session.flush()
        stepping.begin(session, number, Tick(key="allow"), by=lead, at=at)
    _say(number)
    for key in keys:
        with desk.database.unit() as session:
            tick = Tick(key=key, text="做完了", token=f"token-{key}")
            stepping.done(session, number, tick, by=lead, at=clock.now())
        _say(key)


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
