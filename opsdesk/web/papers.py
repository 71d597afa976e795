"""The official forms of tickets: looked at, issued, and fetched again."""

from __future__ import annotations

import io

from flask import Blueprint, flash, g, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.archive import queries as documents
from opsdesk.core import audit
from opsdesk.core.errors import NotFound
from opsdesk.flows import gather_form, print_form
from opsdesk.flows.registers import BY_KIND
from opsdesk.tickets.models import Ticket
from opsdesk.tickets.operations.holding import found
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.archive.blueprint import document_at
from opsdesk.web.gate import go
from opsdesk.web.language import LANGUAGES, language

screen = Blueprint("forms", __name__, url_prefix="/papers")

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@screen.get("/<number>/<form>.<kind>")
@may(*READERS)
def paper(number: str, form: str, kind: str) -> Response:
    """Give a form as it stands; it says 预览 until it is issued."""
    _require(kind)
    session = unit.session()
    ticket = found(session, number)
    record = print_form.preview(session, unit.desk(), ticket, form, at=g.at)
    content = print_form.as_file(unit.desk(), record, f".{kind}", language())
    return _file(content, f"{record.form_number}-preview", kind)


@screen.post("/<number>/<form>/issue")
@may(*BUSINESS)
def issue(number: str, form: str) -> Response:
    """Print a form into the archive; a former version is superseded."""
    view = print_form.issue(unit.desk(), number, form, by=somebody().username, at=g.at)
    flash(_("已归档：%(number)s 第 %(n)s 版。", number=view.number, n=view.version))
    ticket = found(unit.session(), number)
    return go(f"{BY_KIND[ticket.kind].path}/{number}")


@screen.get("/archived/<number>/<int:version>.<kind>")
@may(*READERS)
def archived(number: str, version: int, kind: str) -> Response:
    """Give an issued form as it was stored; superseded ones say so."""
    _require(kind)
    view = document_at(number, version)
    wanted = request.args.get("language")
    chosen = wanted if wanted in LANGUAGES else None
    content = print_form.file_of(unit.desk(), view, f".{kind}", chosen)
    audit.write(
        unit.writing(),
        actor=somebody().username,
        action="document.taken",
        subject=f"{number}/{version}",
        at=g.at,
        detail={"kind": kind},
    )
    return _file(content, f"{number}-v{version}", kind)


def issued_of(ticket: Ticket) -> list[documents.DocumentView]:
    """Return the forms of a ticket that are in the archive, newest version each."""
    session, settings = unit.session(), unit.desk().settings
    numbers = [
        gather_form.form_number(settings, ticket, form)
        for form in gather_form.forms_of(ticket)
    ]
    return documents.current_of(session, numbers)


def addresses(ticket: Ticket) -> list[tuple[str, str, str]]:
    """Return (form, PDF address, DOCX address) of every form a ticket has."""
    number = ticket.number
    return [
        (
            form,
            url_for("forms.paper", number=number, form=form, kind="pdf"),
            url_for("forms.paper", number=number, form=form, kind="docx"),
        )
        for form in gather_form.forms_of(ticket)
    ]


def _require(kind: str) -> None:
    if kind not in TYPES:
        raise NotFound("没有这种文件。")


def _file(content: bytes, name: str, kind: str) -> Response:
    return send_file(
        io.BytesIO(content),
        mimetype=TYPES[kind],
        as_attachment=kind == "docx",
        download_name=f"{name}.{kind}",
    )
