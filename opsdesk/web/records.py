"""Paper: issue a day's record, take it away, put the second name under it."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from opsdesk.archive import queries as documents
from opsdesk.core import audit
from opsdesk.core.clock import local_day
from opsdesk.core.errors import Forbidden, NotFound, Refused
from opsdesk.flows import issue_daily_record as flow
from opsdesk.flows.keep_slots import timetable
from opsdesk.inspections.operations import review as operations
from opsdesk.inspections.queries import review
from opsdesk.inspections.slots import moment
from opsdesk.people.models import Role
from opsdesk.web import signing, unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.archive.blueprint import document_at, who
from opsdesk.web.forms import EmptyForm
from opsdesk.web.gate import go

screen = Blueprint("records", __name__, url_prefix="/records")

DAYS = 31
FIRST_YEAR = 2000
"""Before any contract this desk could serve."""
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


@screen.get("")
@may(*READERS)
def index() -> str:
    """List the last days with their rounds, names and papers, and all papers issued."""
    session = unit.session()
    today = local_day(g.at, unit.desk().settings.desk.timezone)
    last = _day(request.args.get("until", ""))
    if last is None or last.year < FIRST_YEAR:
        last = today
    days = [last - timedelta(days=back) for back in range(DAYS)]
    return render_template(
        "records/index.html",
        days=[
            {
                "day": day,
                "rounds": review.rounds_of(session, day),
                "names": review.signatures_of(session, day),
                "paper": documents.of_day(session, flow.KIND, day),
            }
            for day in days
        ],
        today=today,
        earlier=days[-1] - timedelta(days=1),
        form=EmptyForm(),
    )


@screen.get("/<day>")
@may(*READERS)
def page(day: str) -> str:
    """Show one day: its rounds, the names under it, every version of its paper."""
    when = _day_or_404(day)
    session = unit.session()
    paper = documents.of_day(session, flow.KIND, when)
    return render_template(
        "records/day.html",
        day=when,
        rounds=review.rounds_of(session, when),
        names=review.signatures_of(session, when),
        chain=documents.chain(session, paper.number, who=who()) if paper else (),
        parts=_parts(),
        form=EmptyForm(),
    )


def _parts() -> tuple[str, ...]:
    """Return the boxes the present person may sign."""
    seat = somebody()
    if seat.role is Role.CUSTOMER:
        return (operations.CUSTOMER,)
    return (operations.REVIEWER,) if seat.role in BUSINESS else ()


@screen.post("/<day>/issue")
@may(*BUSINESS)
def issue(day: str) -> AnyResponse:
    """Print and archive the day's record; a former version is superseded."""
    when = _day_or_404(day)
    paper = flow.issue(unit.desk(), when, by=somebody().username, at=g.at)
    flash(
        _(
            "已出具：%(number)s 第 %(version)s 版。",
            number=paper.number,
            version=paper.version,
        )
    )
    return go(url_for("records.page", day=when))


@screen.post("/<day>/countersign")
@may(*READERS)
def countersign(day: str) -> AnyResponse:
    """Put the reviewer's or the customer's name under a day."""
    when = _day_or_404(day)
    seat, session = somebody(), unit.session()
    part = request.form.get("part", "")
    if part not in _parts():
        raise Forbidden("您的角色不能在这一栏签名。没有任何改动。")
    table = timetable(unit.desk())
    if any(moment(table, when, time) > g.at for _slot, time in table.slots):
        raise Refused(
            "当日的三次巡检还没有都到时间，不能复核。请在最后一次签名之后再来。"
        )
    signing.reauthenticate(session)
    signer = operations.Signer(username=seat.username, name=seat.name)
    operations.countersign(session, when, part, signer, at=g.at)
    flash(_("已签名。重新出具后，纸上会印上这个名字。"))
    return go(url_for("records.page", day=when))


@screen.get("/<number>/<int:version>.<kind>")
@may(*READERS)
def download(number: str, version: int, kind: str) -> Response:
    """Hand out one version; a superseded PDF says so on every page."""
    if kind not in TYPES:
        raise NotFound("没有这种格式。可用的有 pdf、docx、json。")
    view = document_at(number, version)
    body = _body(view, kind)
    audit.write(
        unit.writing(),
        actor=somebody().username,
        action="document.taken",
        subject=f"{number}/{version}",
        at=g.at,
        detail={"kind": kind},
    )
    name = f"{number}-v{version}.{kind}"
    return Response(
        body,
        mimetype=TYPES[kind],
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def _body(view: documents.DocumentView, kind: str) -> bytes:
    desk = unit.desk()
    if kind == "json":
        return desk.store.get(view.content_sha256)
    return flow.file_of(desk, view, f".{kind}")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day_or_404(text: str) -> date:
    day = _day(text)
    if day is None:
        raise NotFound("没有这一天：%(day)s。日期请写成 2026-11-22。", day=text)
    if day.year < FIRST_YEAR:
        raise Refused("%(day)s 太早，没有记录。", day=day)
    return day
