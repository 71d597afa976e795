"""Items out as a sheet; and in, first as a dry run, then row by row."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import g, render_template, request
from flask_babel import get_locale

from opsdesk.assets.interchange import exporting, importing
from opsdesk.assets.interchange.results import File
from opsdesk.assets.queries.history import last_revision
from opsdesk.core import audit, sheets
from opsdesk.core.clock import local_day
from opsdesk.core.errors import NotFound, Refused
from opsdesk.core.files import Missing
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.assets.asked import zone
from opsdesk.web.assets.blueprint import screen
from opsdesk.web.assets.items import wanted
from opsdesk.web.language import said

WRONG = 422
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@screen.get("/transfer")
@may(*READERS)
def transfer() -> str:
    """Show the ways out and in."""
    return render_template("assets/transfer.html", refusal="")


@screen.get("/export.<kind>")
@may(*READERS)
def export(kind: str) -> FlaskResponse:
    """Send the list's items as CSV or XLSX; that it left is recorded."""
    if kind not in TYPES:
        raise NotFound("只能导出 CSV 或 XLSX。")
    session = unit.writing()
    head, rows = exporting.table(session, wanted(), str(get_locale()))
    content = (
        sheets.write_csv([head, *rows])
        if kind == "csv"
        else sheets.write_xlsx(head, rows)
    )
    audit.write(
        session,
        actor=somebody().username,
        action="assets-exported",
        subject=f"assets.{kind}",
        at=g.at,
        detail={"rows": len(rows), "filter": request.query_string.decode()[:200]},
    )
    name = f"assets-{local_day(g.at, zone()):%Y%m%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return FlaskResponse(content, content_type=TYPES[kind], headers=headers)


@screen.post("/import")
@may(*BUSINESS)
def rehearse() -> str | tuple[str, int]:
    """Show what a file would do; nothing is changed, the file is kept for the next step."""
    try:
        file = _sent()
        session = unit.session()
        at_revision = last_revision(session)
        report = importing.rehearse(session, file, by=somebody().username, at=g.at)
    except Refused as refusal:
        unit.roll_back()
        page = render_template("assets/transfer.html", refusal=said(refusal))
        return page, WRONG
    return render_template(
        "assets/import.html",
        report=report,
        file=file,
        sha256=unit.desk().store.put(file.content),
        revision=at_revision,
        applied=False,
    )


def _sent() -> File:
    """Return the file of the form. Raises Refused."""
    sent = request.files.get("file")
    content = sent.read(sheets.MOST_BYTES + 1) if sent else b""
    if sent is None or not content:
        raise Refused("没有选择文件，或文件是空的。没有任何改动。")
    return File(name=(sent.filename or "file")[-80:], content=content, zone=zone())


@screen.post("/import/apply")
@may(*BUSINESS)
def apply() -> str:
    """Take the file over, and say of every row what became of it."""
    session = unit.session()
    if request.form.get("revision", type=int) != last_revision(session):
        raise Refused(
            "试算之后配置库有了新的改动，为免覆盖，没有导入任何内容。请重新选择文件试算。"
        )
    sha256 = request.form.get("sha256", "")
    try:
        content = unit.desk().store.get(sha256)
    except (Missing, ValueError) as missing:
        raise Refused(
            "没有找到试算时的文件，没有导入任何内容。请重新选择。"
        ) from missing
    name = request.form.get("name", "file")[-80:]
    file = File(name=name, content=content, zone=zone())
    report = importing.apply(session, file, by=somebody().username, at=g.at)
    return render_template("assets/import.html", report=report, file=file, applied=True)
