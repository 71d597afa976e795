"""A process that declares an emergency on a desk and begins its automatic steps.

python -m tests.faults.declaring CONFIG STEPS_IN_JSON

Each step is {"key", "action", "arguments", "expect", "timeout", "idempotent"}.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from opsdesk.core import audit, clock
from opsdesk.core.desk import open_desk
from opsdesk.core.settings import load
from opsdesk.people.models import Role
from opsdesk.responses.operations import opening, stepping
from runbooks.plan import Action, Level
from tests.factories.people import a_person
from tests.flows.a_plan import a_plan, automatic


def main(config: str, steps: str) -> None:
    """Declare, begin, and say the number."""
    settings = load(Path(config), environ=os.environ)
    audit.use_key(settings.desk.data / "keys" / "audit.key")
    desk = open_desk(settings)
    planned = [
        automatic(
            one["key"],
            Action(one["action"]),
            arguments=one["arguments"],
            expect=one.get("expect", {}),
            timeout=timedelta(seconds=one.get("timeout", 20)),
            idempotent=one.get("idempotent", True),
        )
        for one in json.loads(steps)
    ]
    at = clock.now()
    with desk.database.unit() as session:
        lead = a_person(session, "commander", Role.LEAD)
        what = opening.Emergency(plan=a_plan(*planned), level=Level.THREE)
        run = opening.declare(session, settings, what, by=lead, at=at)
        session.flush()
        for step in planned:
            tick = stepping.Tick(key=step.key)
            stepping.begin(session, run.number, tick, by=lead, at=at)
        sys.stdout.write(f"{run.number}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
