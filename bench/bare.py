"""The floor: the same fifty rows, written straightforwardly in Flask and SQLAlchemy.

It looks the reader's session up by the cookie and refuses without it, reads the nine
columns of our list, and renders them by one compiled template with escaping. It
has no layout, no second language, no filters, no bell and no links.
"""

from __future__ import annotations

import hashlib

from flask import Flask, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.database import Database
from opsdesk.people.models import SignInSession
from opsdesk.tickets.models import Ticket
from opsdesk.web.gate import COOKIE

PAGE = """\
<!doctype html><table>{% for row in rows %}<tr>\
<td>{{ row.number }}</td><td>{{ row.title }}</td><td>{{ row.state }}</td>\
<td>{{ row.priority }}</td><td>{{ row.module }}</td><td>{{ row.region }}</td>\
<td>{{ row.owner }}</td><td>{{ row.opened_at.strftime("%Y-%m-%d %H:%M") }}</td>\
<td>{{ row.due_at or "/" }}</td></tr>{% endfor %}</table>"""
_COLUMNS = (
    *(Ticket.number, Ticket.title, Ticket.state, Ticket.priority, Ticket.module),
    *(Ticket.region, Ticket.owner, Ticket.opened_at, Ticket.due_at),
)


def bare_page(database: Database) -> Flask:
    """Return the application of the one page."""
    app = Flask("bare")
    page = app.jinja_env.from_string(PAGE)

    @app.get("/")
    def index() -> str:
        token = hashlib.sha256(request.cookies.get(COOKIE, "").encode()).hexdigest()
        newest = select(*_COLUMNS).order_by(Ticket.id.desc()).limit(50)
        with Session(database.engine) as session:
            who = select(SignInSession.id).where(SignInSession.token_hash == token)
            if session.scalar(who) is None:
                abort(403)
            return page.render(rows=session.execute(newest).all())

    return app
