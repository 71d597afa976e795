"""The papers of runs and plans: looked at, issued, and fetched again."""

from __future__ import annotations

import io
from typing import Any

from flask import flash, g, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.archive import queries as documents
from opsdesk.core.errors import NotFound
from opsdesk.flows import print_form
from opsdesk.flows.run_papers import printing
from opsdesk.responses.views import RunView
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.language import language
from opsdesk.web.papers import TYPES
from opsdesk.web.responses.blueprint import RUN, finished, screen
from opsdesk.web.responses.library import plan_at
from probes.finding import Words
from reports.documents.record_form import RecordForm
from runbooks.plan import Plan


@screen.get(f"{RUN}/paper.<kind>")
@may(*READERS)
def run_paper(number: str, kind: str) -> Response:
    """Give a run's record as it stands; it says 预览 until it is issued."""
    record = printing.preview_run(unit.session(), unit.desk(), number, at=g.at)
    return _file(record, kind)


@screen.post(f"{RUN}/paper")
@may(*BUSINESS)
def issue_run(number: str) -> Response:
    """Print a run's record into the archive; a former version is superseded."""
    view = printing.issue_run(unit.desk(), number, by=somebody().username, at=g.at)
    said = _("已归档：%(number)s 第 %(n)s 版。", number=view.number, n=view.version)
    return finished(number, said, "papers")


@screen.get("/plans/<plan>/paper.<kind>")
@may(*READERS)
def plan_paper(plan: str, kind: str) -> Response:
    """Give a plan in force as the document it is filed as."""
    found = plan_at(plan)
    record = printing.preview_plan(unit.session(), unit.desk(), found, at=g.at)
    return _file(record, kind)


@screen.post("/plans/<plan>/paper")
@may(*BUSINESS)
def issue_plan(plan: str) -> Response:
    """Print a plan into the archive; a former version is superseded."""
    view = printing.issue_plan(unit.desk(), plan, by=somebody().username, at=g.at)
    flash(_("已归档：%(number)s 第 %(n)s 版。", number=view.number, n=view.version))
    return go(url_for("responses.plan", plan=plan))


def of(view: RunView) -> dict[str, Any]:
    """Return what a run's page shows of its papers: to look at, and issued ones."""
    number, settings = view.number, unit.desk().settings
    paper = printing.run_paper_number(settings, number, view.purpose)
    kept = documents.current(unit.session(), paper)
    title = printing.title_of(view)
    return {
        "papers": [
            (
                Words(title.zh, title.en),
                url_for("responses.run_paper", number=number, kind="pdf"),
                url_for("responses.run_paper", number=number, kind="docx"),
                url_for("responses.issue_run", number=number),
            )
        ],
        "issued": [kept] if kept else [],
    }


def of_plan(plan: Plan) -> list[tuple[Words, str, str]]:
    """Return (title, PDF, DOCX) of a plan's paper."""
    return [
        (
            Words("应急预案", "Emergency plan"),
            url_for("responses.plan_paper", plan=plan.id, kind="pdf"),
            url_for("responses.plan_paper", plan=plan.id, kind="docx"),
        )
    ]


def _file(record: RecordForm, kind: str) -> Response:
    if kind not in TYPES:
        raise NotFound("没有这种文件。")
    content = print_form.as_file(unit.desk(), record, f".{kind}", language())
    return send_file(
        io.BytesIO(content),
        mimetype=TYPES[kind],
        as_attachment=kind == "docx",
        download_name=f"{record.form_number}-preview.{kind}",
    )
