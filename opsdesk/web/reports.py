"""The reports of months, years, any period: drafts to write, printing, downloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.archive import queries as documents
from opsdesk.core import audit
from opsdesk.core.clock import local_day
from opsdesk.core.errors import NotFound, Refused
from opsdesk.core.language import RefusedInWords
from opsdesk.flows import issue_monthly_report as flow
from opsdesk.flows.month.incidents import unexplained
from opsdesk.flows.month.material import number_of
from opsdesk.flows.month.steps import BY_WEEK
from opsdesk.flows.month.summary import NARRATIVES
from opsdesk.people.models import Role
from opsdesk.reporting import operations, span
from opsdesk.reporting.models import OrderState
from opsdesk.reporting.queries import drafts
from opsdesk.web import report_periods, unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.archive.blueprint import document_at, who
from opsdesk.web.forms import EmptyForm
from opsdesk.web.gate import go
from opsdesk.web.language import words
from reports.documents.monthly import MonthlyReport, Table
from reports.documents.words import say

screen = Blueprint("reports", __name__, url_prefix="/reports")
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}
UNDER_WAY = (OrderState.WAITING, OrderState.PRINTING)


@screen.get("")
@may(*READERS)
def index() -> str:
    """List the last months, the years and chosen periods, each with its report."""
    session, settings = unit.session(), unit.desk().settings
    today = local_day(g.at, settings.desk.timezone)
    return render_template(
        "reports/index.html",
        months=tuple(report_periods.months(session, settings, today)),
        years=tuple(report_periods.years(session, settings, today)),
        others=tuple(report_periods.others(session, settings)),
        under_way=UNDER_WAY,
        words=words,
        today=today,
    )


@screen.get("/period")
@may(*READERS)
def period() -> Response:
    """Lead to the report of the days that were chosen."""
    given = request.args
    one = report_periods.asked(
        given.get("first", ""), given.get("last", ""), unit.desk().settings
    )
    return go(url_for("reports.draft", code=one.code))


def _number(one: span.Span) -> str:
    return number_of(unit.desk().settings, one)


def _asked(code: str) -> span.Span:
    zone = unit.desk().settings.desk.timezone
    try:
        return span.parse(code, zone)
    except (ValueError, Refused) as error:
        raise NotFound("没有这个报告期。") from error


@screen.get("/<code>")
@may(*READERS)
def draft(code: str) -> str:
    """Show a period: its figures read-only, its paragraphs, its versions."""
    return _page(_asked(code))


def _page(
    one: span.Span, typed: Mapping[str, str] | None = None, refusal: str = ""
) -> str:
    """Return a period's page; with what was typed where it could not be saved."""
    session = unit.session()
    today = local_day(g.at, one.zone)
    number = _number(one)
    written = drafts.draft(session, number)
    kept = written.narrative if written else {}
    record, why = _record(one)
    return render_template(
        "reports/draft.html",
        span=one,
        number=number,
        record=record,
        tables=tuple(_tables(record)) if record else (),
        why=why,
        unexplained=unexplained(record) if record else (),
        narratives=NARRATIVES,
        version=written.version if written else 0,
        kept=kept,
        texts=kept if typed is None else typed,
        refusal=refusal,
        order=drafts.last_order(session, number),
        under_way=UNDER_WAY,
        chain=documents.chain(session, number, who=who()),
        writes=somebody().role is Role.LEAD,
        issues=somebody().role in BUSINESS,
        longest=operations.LONGEST,
        period=words(one.words),
        former=one.before.code,
        latter=one.after.code if one.after.first <= today else "",
        form=EmptyForm(),
    )


def _record(one: span.Span) -> tuple[MonthlyReport | None, str]:
    """Return the report as it stands, or why there is none.

    Of a long period only when its figures are asked for: they take seconds to gather.
    """
    settings = unit.desk().settings
    try:
        if len(one.days) > BY_WEEK and "figures" not in request.args:
            flow.refuse_impossible(settings, one, at=g.at)
            return None, ""
        return flow.gather(unit.session(), settings, one, at=g.at), ""
    except RefusedInWords as refusal:
        return None, words(refusal.words)


def _tables(record: MonthlyReport) -> Iterator[tuple[str, Table]]:
    """Yield the tables a lead wants beside the paragraphs: all short ones."""
    for section in record.sections:
        for block in section.blocks:
            if isinstance(block, Table) and block.lines:
                yield say(section.title, "zh"), block


@screen.get("/<code>/progress")
@may(*READERS)
def progress(code: str) -> str:
    """Say how the printing stands; a part of the page that asks again by itself."""
    number = _number(_asked(code))
    return render_template(
        "reports/_progress.html",
        code=code,
        order=drafts.last_order(unit.session(), number),
        under_way=UNDER_WAY,
    )


@screen.post("/<code>")
@may(Role.LEAD)
def write(code: str) -> Response:
    """Save the paragraphs of a draft; what cannot be saved is shown again as typed."""
    one = _asked(code)
    try:
        version = int(request.form.get("version", "0"))
    except ValueError:
        version = -1
    typed = {key: request.form.get(key, "") for key in operations.KEYS}
    by = somebody().username
    try:
        operations.write(
            unit.session(), _number(one), typed, version=version, by=by, at=g.at
        )
    except RefusedInWords as refusal:
        shown = _page(one, typed, words(refusal.words))
        return Response(shown, HTTPStatus.CONFLICT, mimetype="text/html")
    flash(_("草稿已保存，数字没有改动。"))
    return go(url_for("reports.draft", code=code))


@screen.post("/<code>/issue")
@may(*BUSINESS)
def issue(code: str) -> Response:
    """Order a report; it is printed apart from the desk, and this page says how far."""
    one = _asked(code)
    flow.refuse_impossible(unit.desk().settings, one, at=g.at)
    by = somebody().username
    operations.order(unit.session(), _number(one), one.code, by=by, at=g.at)
    flash(_("已开始出具，完成后会通知您。"))
    return go(url_for("reports.draft", code=code))


@screen.get("/<code>/<int:version>.<kind>")
@may(*READERS)
def download(code: str, version: int, kind: str) -> Response:
    """Hand out one version; a superseded PDF says so on every page."""
    if kind not in TYPES:
        raise NotFound("没有这种格式。可用的有 pdf、docx、json。")
    number, desk = _number(_asked(code)), unit.desk()
    view = document_at(number, version)
    body = (
        desk.store.get(view.content_sha256)
        if kind == "json"
        else flow.file_of(desk, view, f".{kind}")
    )
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
