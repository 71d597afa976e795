"""A process that declares an emergency on a desk and begins its automatic steps.

python -m tests.faults.declaring CONFIG STEPS_IN_JSON

Each step is {"key", "action", "arguments", "expect", "timeout", "idempotent"}; with
"precheck" in the place of "key" it is looked at before the run begins.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from opsdesk.core import audit, clock
from opsdesk.core.desk import open_desk
from opsdesk.core.settings import load
from opsdesk.people.models import Role
from opsdesk.responses.operations import opening, stepping
from runbooks.plan import Action, Level, Precheck, Step
from tests.factories.people import a_person
from tests.flows.a_plan import a_plan, automatic, title


def main(config: str, steps: str) -> None:
    """Declare, begin, and say the number."""
    settings = load(Path(config), environ=os.environ)
    audit.use_key(settings.desk.data / "keys" / "audit.key")
    desk = open_desk(settings)
    asked = json.loads(steps)
    planned = [_step(one) for one in asked if "key" in one]
    before = tuple(_precheck(one) for one in asked if "precheck" in one)
    at = clock.now()
    with desk.database.unit() as session:
        lead = a_person(session, "commander", Role.LEAD)
        plan = a_plan(*planned, prechecks=before)
        what = opening.Emergency(plan=plan, level=Level.THREE)
        run = opening.declare(session, settings, what, by=lead, at=at)
        session.flush()
        stepping.begin_prechecks(session, run.number, by=lead, at=at)
        for step in planned:
            tick = stepping.Tick(key=step.key)
            stepping.begin(session, run.number, tick, by=lead, at=at)
        sys.stdout.write(f"{run.number}\n")


def _step(one: dict[str, Any]) -> Step:
    return automatic(
        one["key"],
        Action(one["action"]),
        arguments=one["arguments"],
        expect=one.get("expect", {}),
        timeout=timedelta(seconds=one.get("timeout", 20)),
        idempotent=one.get("idempotent", True),
    )


def _precheck(one: dict[str, Any]) -> Precheck:
    action, arguments = Action(one["action"]), one["arguments"]
    named = title(one["precheck"])
    return Precheck(
        key=one["precheck"], title=named, action=action, arguments=arguments
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
