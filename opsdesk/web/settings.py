"""What the desk was told: the configuration as it is read, and whether it is sound."""

from __future__ import annotations

import os

from flask import Blueprint, render_template

from opsdesk.core.settings import BadSettings, Mistake, load
from opsdesk.flows.keep_slots import timetable
from opsdesk.people.models import Role
from opsdesk.web import unit
from opsdesk.web.access import may
from probes import catalogue

screen = Blueprint("settings", __name__, url_prefix="/settings")


@screen.get("")
@may(Role.ENGINEER, Role.LEAD, Role.SYSTEM, Role.SECURITY)
def index() -> str:
    """Show the settings in force, and read the file again to tell its mistakes."""
    settings = unit.desk().settings
    mistakes: tuple[Mistake, ...] = ()
    changed = False
    try:
        changed = load(settings.path, environ=os.environ) != settings
    except BadSettings as bad:
        mistakes = bad.mistakes
    return render_template(
        "settings/index.html",
        settings=settings,
        mistakes=mistakes,
        changed=changed,
        slots=timetable(unit.desk()).slots,
        probes=catalogue.PROBES,
    )
