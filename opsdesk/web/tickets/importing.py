"""Tickets from a sheet: rehearsed first, then opened, each row with its result."""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import get_locale

from opsdesk.core import sheets
from opsdesk.core.errors import NotFound, Refused
from opsdesk.core.files import Missing
from opsdesk.core.language import RefusedInWords, pick
from opsdesk.flows import import_tickets
from opsdesk.flows.import_tickets import File
from opsdesk.tickets.register import Register
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, may
from opsdesk.web.language import said
from opsdesk.web.tickets.blueprint import PATH, deed, register_at, screen
from probes.finding import Words

WRONG = 422


@screen.get(f"{PATH}/import")
@may(*BUSINESS)
def offer_import(path: str) -> str:
    """Ask for a file, and say what it may hold."""
    return _page(path)


@screen.get(f"{PATH}/import/blank.csv")
@may(*BUSINESS)
def blank(path: str) -> Response:
    """Give a file with nothing but the heads, in the reader's language."""
    fields = import_tickets.heads(_register(path))
    head = [pick(one.label, str(get_locale())) for one in fields]
    headers = {"Content-Disposition": f'attachment; filename="{path}.csv"'}
    content = sheets.write_csv([head])
    return Response(content, content_type="text/csv; charset=utf-8", headers=headers)


@screen.post(f"{PATH}/import")
@may(*BUSINESS)
def rehearse_import(path: str) -> str | tuple[str, int]:
    """Say row by row what a file would open; nothing is opened yet."""
    register = _register(path)
    try:
        file = _sent()
        report = import_tickets.named(
            unit.session(),
            unit.desk().settings,
            register,
            import_tickets.rehearse(register, file),
        )
    except Refused as refusal:
        unit.roll_back()
        return _page(path, why=said(refusal)), WRONG
    unit.desk().store.put(file.content)
    return _page(path, file=file, report=report)


@screen.post(f"{PATH}/import/apply")
@may(*BUSINESS)
def apply_import(path: str) -> str | tuple[str, int]:
    """Open the rows, and say what became of each."""
    register = _register(path)
    try:
        file = _kept()
        report = import_tickets.apply(
            unit.session(),
            unit.desk().settings,
            register.kind,
            file,
            deed(),
            all_or_none=request.form.get("rows") != "sound",
        )
    except Refused as refusal:
        unit.roll_back()
        return _page(path, why=said(refusal)), WRONG
    return _page(path, file=file, report=report, applied=True)


def _page(
    path: str,
    *,
    why: str = "",
    file: File | None = None,
    report: import_tickets.Report | None = None,
    applied: bool = False,
) -> str:
    register = _register(path)
    return render_template(
        "tickets/import.html",
        register=register,
        path=path,
        fields=import_tickets.heads(register),
        most=import_tickets.MOST,
        refused=why,
        file=file,
        report=report,
        applied=applied,
    )


def _register(path: str) -> Register:
    register = register_at(path)
    if register.kind not in import_tickets.KINDS:
        raise NotFound("这个登记簿不从表格导入。")
    return register


def _sent() -> File:
    sent = request.files.get("file")
    content = sent.read(sheets.MOST_BYTES + 1) if sent else b""
    if sent is None or not content:
        raise RefusedInWords(_NO_FILE)
    return _file(sent.filename or "file", content)


def _kept() -> File:
    """Return the file of the rehearsal. Raises RefusedInWords."""
    try:
        content = unit.desk().store.get(request.form.get("sha256", ""))
    except (Missing, ValueError) as missing:
        raise RefusedInWords(_GONE) from missing
    return _file(request.form.get("name", "file"), content)


def _file(name: str, content: bytes) -> File:
    zone = unit.desk().settings.desk.timezone
    return File(name=name[-80:], content=content, zone=zone)


_NO_FILE = Words(
    "没有选择文件，或文件是空的。没有任何改动。",
    "No file was chosen, or it is empty. Nothing was changed.",
)
_GONE = Words(
    "没有找到试算时的文件，没有导入任何内容。请重新选择。",
    "The rehearsed file is no longer there; nothing was imported. Choose it again.",
)
