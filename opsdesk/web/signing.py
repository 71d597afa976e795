"""The password, and the code where there is one, behind every signature.

A form carries `sign_fields(person)` of signing.html; its view calls `reauthenticate`.
"""

from __future__ import annotations

from flask import g, request
from sqlalchemy.orm import Session

from opsdesk.people import reauthentication
from opsdesk.people.seats import Seat
from opsdesk.web import unit
from opsdesk.web.access import somebody


def reauthenticate(session: Session) -> Seat:
    """Return who signs, once the form's password and code have proved it.

    Raises WrongPassword; the error page counts it like a failed sign-in.
    """
    seat = somebody()
    reauthentication.reauthenticate(
        session,
        seat,
        password=request.form.get("password", ""),
        code=request.form.get("code", ""),
        vault=unit.vault(),
        at=g.at,
    )
    return seat
