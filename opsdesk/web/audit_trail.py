"""The audit trail, for the audit administrator and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from flask import Blueprint, Response, g, render_template, request

from opsdesk.core import audit
from opsdesk.core.audit_queries import Wanted, actions, entries, export
from opsdesk.core.audit_verify import verify
from opsdesk.core.clock import day_bounds
from opsdesk.core.database import Database
from opsdesk.people.models import Role
from opsdesk.web import unit
from opsdesk.web.access import may, somebody

screen = Blueprint("audit_trail", __name__, url_prefix="/audit")

PAGE = 100


@screen.get("")
@may(Role.AUDIT)
def index() -> str:
    """Show the newest entries; filters stay in the address."""
    return _page()


@screen.post("/verify")
@may(Role.AUDIT)
def check() -> str:
    """Walk the whole chain and say what is wrong with it; that is recorded, too."""
    with unit.database().reading() as reading:  # long: nobody waits for it to write
        verdict = verify(reading)
    audit.write(
        unit.session(),
        actor=somebody().username,
        action="audit.verified",
        subject="audit",
        at=g.at,
        detail={"sound": verdict.sound, "head": verdict.head},
    )
    return _page(verdict=verdict)


@screen.get("/export")
@may(Role.AUDIT)
def download() -> Response:
    """Hand out the entries wanted as JSON lines; exporting is an entry itself."""
    lines = _lines(unit.database(), _wanted())
    audit.write(
        unit.writing(),
        actor=somebody().username,
        action="audit.exported",
        subject="audit",
        at=g.at,
        detail={"filters": dict(request.args.items())},
    )
    name = f"audit-{g.at:%Y%m%dT%H%M%SZ}.jsonl"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(lines, mimetype="application/jsonl", headers=headers)


def _lines(database: Database, wanted: Wanted) -> Iterator[str]:
    """Yield the lines from a unit of their own, after the request's has ended."""
    with database.reading() as reading:
        yield from export(reading, wanted)


def _page(**more: object) -> str:
    wanted = _wanted()
    before = request.args.get("before", type=int)
    rows = entries(unit.session(), wanted, before=before, limit=PAGE + 1)
    filters = {name: value for name, value in request.args.items() if value}
    filters.pop("before", None)
    return render_template(
        "audit/index.html",
        rows=rows[:PAGE],
        older=rows[PAGE - 1].seq if len(rows) > PAGE else None,
        actions=actions(unit.session()),
        filters=filters,
        head=audit.head(unit.session()),
        **more,
    )


def _wanted() -> Wanted:
    text = request.args.get
    return Wanted(
        actor=text("actor", "").strip(),
        action=text("action", ""),
        subject=text("subject", "").strip(),
        since=_start(text("from", "")),
        until=_start(text("to", ""), days=1),
    )


def _start(text: str, days: int = 0) -> datetime | None:
    """Return when a local day begins; None for what is not a day."""
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
        return day_bounds(day, unit.desk().settings.desk.timezone)[0]
    except (ValueError, OverflowError):
        return None
